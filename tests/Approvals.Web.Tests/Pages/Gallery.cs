using Approvals.Policy;
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

    public static async Task<ActionDocument> RichActionAsync(Gate gate)
    {
        gate.Policy = _ => TwoStages;
        return await gate.InReviewAsync(Rich);
    }

    public static string LinkOf(Gate gate, ActionDocument document, Principal person) =>
        gate.Services.GetRequiredService<ReviewLinks>().Create(document, person).Url.PathAndQuery;
}
