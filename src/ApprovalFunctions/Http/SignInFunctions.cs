using ApprovalFunctions.Durable;
using Approvals.Web.Identity.SignIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>Signing in at issuers: one function per route, each the shared handler.</summary>
public sealed class SignInFunctions(DurableClientAdapter durable)
{
    [Function("issuer-sign-in")]
    public Task<IResult> BeginSignIn(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "sign-in/{issuer}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, SignInHandlers.BeginAsync);

    [Function("issuer-callback")]
    public Task<IResult> CompleteSignIn(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "sign-in/{issuer}/callback")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, SignInHandlers.CompleteAsync);
}
