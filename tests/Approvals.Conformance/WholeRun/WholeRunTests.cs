using System.Text;
using System.Text.Json;
using Approvals.Conformance.Contract;
using Approvals.Conformance.Judges;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.WholeRun;

/// <summary>Runs after all others, alone: what is true of the whole run.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeRunCollection
{
    public const string Name = "the whole run, at its end";
}

[Collection(WholeRunCollection.Name)]
public sealed class WholeRunTests(TargetGate gate)
{
    /// <summary>Pages that people use; they are in no OpenAPI document.</summary>
    private static readonly string[] Pages =
    [
        "GET /review/{token}", "POST /review/{token}", "GET /review/{token}/result", "GET /", "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /inbox",
        "GET /actions/{id}", "GET /actions/{id}/review", "POST /actions/{id}/review", "GET /actions/{id}/result", "GET /audit", "GET /manage",
        "POST /manage/principals", "POST /manage/revocations",
    ];

    /// <summary>What this suite brings about on purpose. The rest needs a clock, a defect, another policy or luck, and is for the tests of single rooms.</summary>
    private static readonly string[] OnPurpose =
    [
        "invalid_json", "duplicate_key", "nested_too_deep", "unknown_field", "missing_field", "wrong_type", "invalid_parameter",
        "unauthenticated", "forbidden", "in_principal_chain", "other_audience", "not_found",
        "already_decided", "review_not_open", "review_closed", "other_view", "not_decided", "not_approved", "already_redeemed", "not_redeemed", "already_reported", "principal_conflict",
        "release_expired", "too_large", "unsupported_media_type",
        "invalid_value", "unknown_principal", "callback_not_allowed", "idempotency_key_reused", "justification_too_short", "invalid_token", "other_action",
    ];

    /// <summary>Operations that cannot succeed on a host as docs/conformance.md asks for it, with what they lack. They must have been refused on purpose at least.</summary>
    private static readonly Dictionary<string, string> NeedsMore = new()
    {
        ["replay-notification"] = "a notice that could not be delivered",
        ["break-glass"] = "a policy that allows it",
        ["follow-up"] = "an action for which the glass was broken",
        ["create-delegation"] = "a policy that allows it",
        ["end-delegation"] = "a delegation",
    };

    [Fact]
    public void Every_operation_that_the_gate_describes_was_used_with_success()
    {
        string[] missing = [.. gate.Api.Operations.Where(operation => !(NeedsMore.ContainsKey(operation.Id) ? Coverage.Refused(operation) : Coverage.Succeeded(operation))).Select(operation => $"{operation.Id}: {operation}")];
        Assert.True(
            missing.Length == 0,
            "No test of this suite got a 2xx from these operations of /openapi/v1.json. Write one for each (a run of single tests fails here as well; run all):\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Every_problem_that_can_be_brought_about_from_outside_was()
    {
        HashSet<string> seen = [.. Coverage.Problems.Select(problem => problem.Code)];
        string[] described = [.. gate.Api.Operations.SelectMany(CodesOf).Distinct().Where(code => !seen.Contains(code)).Order()];
        TestContext.Current.SendDiagnosticMessage("problems of /openapi/v1.json that this run did not see: " + string.Join(", ", described));
        Assert.Empty(OnPurpose.Except(seen));
        Assert.DoesNotContain("internal", seen);

        int[] statuses = [400, 401, 403, 404, 405, 409, 410, 413, 415, 422];
        Assert.Empty(statuses.Except(Coverage.Problems.Select(problem => problem.Status)));
    }

    [Fact]
    public void Every_page_was_opened_and_every_form_sent() => Assert.Empty(Pages.Except(Coverage.Pages));

    [Fact]
    public async Task Every_checkpoint_that_was_ever_seen_is_of_one_log_that_only_grew()
    {
        GateKeys keys = await gate.KeysAsync();
        Checkpoint last = keys.Checkpoint((await gate.Nobody.GetAsync("ledger/checkpoint")).Is(200).Text);
        Checkpoint[] seen = [keys.Checkpoint(gate.FirstCheckpoint), .. Coverage.Checkpoints.Select(keys.Checkpoint), last];
        List<byte[]> leaves = await new LedgerReader(gate.Auditor).LeavesAsync(last.Size);
        Dictionary<long, byte[]> roots = Merkle.Roots(leaves, seen.Select(checkpoint => checkpoint.Size));

        Assert.True(seen.Length > 20, "too few checkpoints were seen to say anything; run the whole suite");
        foreach (Checkpoint checkpoint in seen)
        {
            Assert.Equal(last.Origin, checkpoint.Origin);
            Assert.True(checkpoint.Size <= last.Size);
            Assert.Equal(Convert.ToHexString(roots[checkpoint.Size]), Convert.ToHexString(checkpoint.Root));
        }
    }

    [Fact]
    public async Task Every_action_of_this_run_was_decided_once_and_released_only_after_its_approval()
    {
        GateKeys keys = await gate.KeysAsync();
        long from = keys.Checkpoint(gate.FirstCheckpoint).Size, size = keys.Checkpoint((await gate.Nobody.GetAsync("ledger/checkpoint")).Is(200).Text).Size;
        var reader = new LedgerReader(gate.Auditor);
        List<byte[]> leaves = await reader.LeavesAsync(size);
        var outcomes = new Dictionary<string, string>(StringComparer.Ordinal);
        var redeemed = new HashSet<string>(StringComparer.Ordinal);
        foreach ((long index, byte[] entry) in await reader.EntriesAsync(from, size))
        {
            Assert.Equal(Merkle.Leaf(entry), leaves[(int)index]);
            JsonElement statement = keys.Statement(Encoding.UTF8.GetString(entry)), predicate = statement.GetProperty("predicate");
            string kind = statement.GetProperty("predicateType").GetString()!;
            string id = predicate.TryGetProperty("actionId", out JsonElement action) ? action.GetString()! : "";
            switch (kind)
            {
                case "https://approvals.dev/decision/v1":
                    Assert.True(outcomes.TryAdd(id, predicate.GetProperty("decision").GetProperty("outcome").GetString()!), $"{id} was decided twice.");
                    AssertFounded(predicate);
                    break;
                case "https://approvals.dev/redemption/v1":
                    // An action of an earlier run may be redeemed in this one on a host that others use.
                    Assert.True(!outcomes.TryGetValue(id, out string? outcome) || outcome == "approved", $"{id} was {outcome} and redeemed.");
                    Assert.True(redeemed.Add(id), $"{id} was redeemed twice.");
                    break;
                case "https://approvals.dev/receipt/v1":
                    Assert.True(redeemed.Contains(id) || !outcomes.ContainsKey(id), $"{id} has a receipt and was not redeemed.");
                    break;
                default:
                    Assert.StartsWith("https://approvals.dev/", kind, StringComparison.Ordinal); // the gate writes of more than actions
                    break;
            }
        }

        Assert.True(outcomes.Count > 20 && redeemed.Count > 3, "too little happened to say anything; run the whole suite");
    }

    [Fact]
    public void Host_logged_no_defect_and_no_review_link()
    {
        Assert.DoesNotContain("fail:", gate.HostLog, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", gate.HostLog, StringComparison.Ordinal);
        Assert.DoesNotContain("/review/", gate.HostLog, StringComparison.Ordinal);
        Assert.DoesNotContain("apk_", gate.HostLog, StringComparison.Ordinal);
    }

    /// <summary>Promise 3, of what stands in the record: an approval by people is by a person who is nobody of the chain.</summary>
    private static void AssertFounded(JsonElement predicate)
    {
        JsonElement decision = predicate.GetProperty("decision");
        if (decision.GetProperty("outcome").GetString() != "approved") return;
        if (decision.GetProperty("by").GetString() != "people")
        {
            Assert.NotEqual("gate", decision.GetProperty("by").GetString());
            return;
        }

        var chain = new List<JsonElement> { predicate.GetProperty("actor") };
        if (predicate.TryGetProperty("onBehalfOf", out JsonElement subject)) chain.Add(subject);
        if (predicate.TryGetProperty("owners", out JsonElement owners)) chain.AddRange(owners.EnumerateArray());
        JsonElement[] approvals = [.. predicate.GetProperty("votes").EnumerateArray().Where(vote => vote.GetProperty("verdict").GetString() == "approve")];
        Assert.NotEmpty(approvals);
        foreach (JsonElement voter in approvals.Select(vote => vote.GetProperty("voter")))
        {
            Assert.Equal("human", voter.GetProperty("kind").GetString());
            Assert.DoesNotContain(chain, member => member.GetProperty("issuer").GetString() == voter.GetProperty("issuer").GetString() && member.GetProperty("subject").GetString() == voter.GetProperty("subject").GetString());
        }
    }

    private static IEnumerable<string> CodesOf(Operation operation) => operation.Responses.EnumerateObject()
        .Where(response => response.Value.TryGetProperty("x-codes", out _))
        .SelectMany(response => response.Value.GetProperty("x-codes").EnumerateArray().Select(code => code.GetString()!));
}
