using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Web.Reviews;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Tests.Pages;

/// <summary>A gate full of realistic actions, for whoever looks at its pages.</summary>
internal static class Gallery
{
    public const string Rich = """
        {
          "type": "data.export",
          "target": {"bucket": "s3://partner-аcme/2026-02", "region": "eu-central-1", "account": "4431\u202e0099"},
          "parameters": {
            "dataset": "warehouse.customers",
            "query": "SELECT name, email, phone\nFROM customers\nWHERE country = 'DE'\nLIMIT 50000",
            "rows": 50000,
            "encrypted": true,
            "recipients": ["maria.schmidt@example.com", "ops@partner.example", "maria.schmidt@example.com"],
            "notify": {"phone": "+49 170 5550199", "iban": "DE89370400440532013000"},
            "credentials": {"aws_access_key_id": "AKIAQYLPMN5HHHFPZAM2", "password": "hunter2-correct-horse"},
            "empty": {}, "tags": []
          },
          "context": {"pipeline": "exports/partner-monthly", "run": 8812, "commit": "9f1c2ab"},
          "justification": "Monthly delivery to the partner, agreed in DPA-2214. Questions to maria.schmidt@example.com.",
          "onBehalfOf": "eve"
        }
        """;

    public static PolicyDecision TwoStages { get; } = Gate.Review(
        new ReviewStage("data owners", ["data-owners"], 2, TimeSpan.FromMinutes(90)) { MinimumJustification = 10, Reminders = [TimeSpan.FromMinutes(30)] },
        new ReviewStage("security", ["others"], 1, TimeSpan.FromHours(4)));

    /// <summary>As <c>approvals demo</c> submits it.</summary>
    public const string Demo = """
        {
          "type": "data.export",
          "target": "s3://partner-acme/inbound/customers/2026-02",
          "parameters": {
            "dataset": "warehouse.customers",
            "columns": ["name", "email", "phone", "country", "lifetime_value"],
            "query": "SELECT name, email, phone, country, lifetime_value\nFROM customers\nWHERE consent_partner = TRUE AND country IN ('DE', 'AT')",
            "rows": 48210,
            "sample": [{"name": "Maria Schmidt", "email": "maria.schmidt@example.com", "phone": "+49 170 5550199"}],
            "destination": {"region": "eu-central-1", "aws_access_key_id": "AKIAQYLPMN5HHHFPZAM2", "password": "hunter2-correct-horse"}
          },
          "context": {"pipeline": "exports/partner-monthly", "run": 8812, "commit": "9f1c2ab", "contract": "DPA-2214"},
          "justification": "Monthly delivery to Acme, agreed in DPA-2214. Questions to maria.schmidt@example.com."
        }
        """;

    public static Task<Gate> OpenAsync() => Gate.StartAsync(services: services => services.AddReadiness().AddSingleton<ICallerScheme, ProvenIdentity>());

    /// <summary>A gate in the middle of a working day.</summary>
    public static async Task<Exhibits> FillAsync(Gate gate)
    {
        ActionDocument done = await DecidedAsync(gate, """{"type":"secret.rotate","target":"vault/payments/stripe","justification":"Quarterly rotation."}""", Gate.Ben, "approve", 95);
        await gate.Ports.UpdateAsync(done.Id, document => document with
        {
            RedeemedAt = gate.Time.GetUtcNow().AddMinutes(2),
            Receipt = new ExecutionReceipt(ExecutionOutcome.Succeeded, "sha256:" + new string('a', 64), gate.Time.GetUtcNow().AddMinutes(4), 3),
        }, CancellationToken.None);
        foreach ((string type, string verdict, int seconds) in new[] { ("github.deploy", "approve", 4), ("k8s.rolebinding", "deny", 61), ("db.migrate", "approve", 6), ("terraform.apply", "approve", 5) })
            await DecidedAsync(gate, $$"""{"type":"{{type}}","target":"prod-eu/{{type}}"}""", Gate.Ann, verdict, seconds);

        ActionDocument rich = await RichActionAsync(gate);
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30)));
        ActionDocument demo = await gate.InReviewAsync(Demo);
        ActionDocument quick = await gate.InReviewAsync("""{"type":"terraform.apply","target":"prod-eu/network","parameters":{"plan":"3 to add, 1 to change, 0 to destroy"}}""");
        string rows = string.Join(',', Enumerable.Range(0, 1_500).Select(row => $$"""{"id":{{row}},"grant":"read"}"""));
        ActionDocument many = await gate.InReviewAsync("{\"type\":\"acl.replace\",\"target\":\"warehouse\",\"parameters\":{\"grants\":[" + rows + "]}}");
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromHours(8)) { MinimumAssurance = Assurance.Idp });
        ActionDocument guarded = await gate.InReviewAsync("""{"type":"privilege.grant","target":"prod-admin"}""");
        Emergencies urgent = await Emergencies.AddAsync(gate);
        gate.Time.Advance(TimeSpan.FromMinutes(12));
        return new Exhibits(rich, demo, quick, many, guarded, done, urgent);
    }

    private static async Task<ActionDocument> DecidedAsync(Gate gate, string body, Principal voter, string verdict, int seconds) =>
        await DecideAsync(gate, await gate.InReviewAsync(body), voter, verdict, "As planned.", seconds);

    /// <summary>Decides by the page, so many seconds after opening it.</summary>
    public static async Task<ActionDocument> DecideAsync(Gate gate, ActionDocument document, Principal voter, string verdict, string justification, int seconds)
    {
        using HttpClient browser = gate.Browser();
        string link = LinkOf(gate, document, voter);
        Dictionary<string, string> form = new(await Forms.OpenAsync(browser, link)) { ["verdict"] = verdict, ["justification"] = justification };
        gate.Time.Advance(TimeSpan.FromSeconds(seconds));
        (await browser.PostAsync(link, new FormUrlEncodedContent(form))).Dispose();
        return await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
    }

    /// <param name="Rich">Everything that a request can have, in a review of two stages.</param>
    /// <param name="Demo">What a newcomer sees.</param>
    /// <param name="Guarded">Asks for an identity provider.</param>
    public sealed record Exhibits(
        ActionDocument Rich, ActionDocument Demo, ActionDocument Quick, ActionDocument Long, ActionDocument Guarded, ActionDocument Done, Emergencies Emergencies);

    public static async Task<ActionDocument> RichActionAsync(Gate gate)
    {
        gate.Policy = _ => TwoStages;
        return await gate.InReviewAsync(Rich);
    }

    public static string LinkOf(Gate gate, ActionDocument document, Principal person) =>
        gate.Services.GetRequiredService<ReviewLinks>().Create(document, person).Url.PathAndQuery;
}
