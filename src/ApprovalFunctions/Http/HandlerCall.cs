using ApprovalFunctions.Durable;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>
/// What every HTTP function does: hand the durable client over and call the shared handler. The trigger's authorization level is anonymous
/// everywhere, because the gate authenticates callers itself, the same on every host; a function key would be a second, weaker credential.
/// </summary>
internal static class HandlerCall
{
    public static Task<IResult> Handle(
        this DurableClientAdapter durable, DurableTaskClient client, HttpRequest request, Func<HttpContext, Task<IResult>> handler)
    {
        durable.Use(client);
        return handler(request.HttpContext);
    }
}
