using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Cli.LedgerFiles;
using Approvals.Ledger;
using Approvals.Ledger.Log;
using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Policy.Simulation;

namespace Approvals.Cli.Policy;

/// <summary>
/// Reads actions that were decided: from a ledger's folder of tiles (docs/record.md), or from JSON lines
/// <c>{"id","at","action","principal","context","findings","verdict","rule"}</c>.
/// </summary>
internal static class PastActions
{
    private const int MaximumFindings = 1_000;

    /// <exception cref="PolicyFile.UnreadableException">Something there is not what it should be.</exception>
    internal static IReadOnlyList<PastAction> Read(string path, DateTimeOffset since)
    {
        try
        {
            var actions = Directory.Exists(path) ? FromLedger(path) : FromLines(PolicyFile.ReadText(path), path);
            return [.. actions.Where(a => a.At >= since).OrderBy(a => a.At)];
        }
        catch (Exception e) when (e is JsonException or LedgerFormatException or InvalidOperationException or FormatException)
        {
            throw new PolicyFile.UnreadableException($"{path} holds something that is no record: {e.GetType().Name}.", e);
        }
    }

    /// <summary>The past actions of a ledger that a gate serves, bundle by bundle.</summary>
    internal static async Task<IReadOnlyList<PastAction>> ReadAsync(LedgerSource ledger, DateTimeOffset since, CancellationToken cancellation)
    {
        var size = Checkpoint.Parse(SignedNote.Parse(await ledger.ReadCheckpointAsync(cancellation))).Size;
        var actions = new List<PastAction>();
        for (long index = 0; TileId.InTree(TileId.EntriesLevel, index, size) is { Width: > 0 } tile; index++)
        {
            var bundle = await ledger.ReadTileAsync(tile, cancellation)
                ?? throw new PolicyFile.UnreadableException($"The gate does not serve {tile.Path}. Entries are for auditors: is this the key of one?");
            actions.AddRange(EntryBundle.Decode(bundle, tile.Width).Select(FromEntry).OfType<PastAction>().Where(a => a.At >= since));
        }

        return [.. actions.OrderBy(a => a.At)];
    }

    private static IEnumerable<PastAction> FromLedger(string folder)
    {
        var entries = Path.Combine(folder, "tile", "entries");
        if (!Directory.Exists(entries))
            throw new PolicyFile.UnreadableException($"{folder} is no ledger: it has no tile/entries. Fetch GET /ledger/tile/entries/… into it.");

        // A full bundle stands beside partial ones that hold the beginning of the same: ids are taken once.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(entries, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (!TileId.TryParse(Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'), out var tile))
                continue;
            foreach (var entry in EntryBundle.Decode(File.ReadAllBytes(file), tile.Width))
            {
                if (FromEntry(entry) is { } action && seen.Add(action.Id))
                    yield return action;
            }
        }
    }

    private static PastAction? FromEntry(ReadOnlyMemory<byte> entry)
    {
        var statement = JsonNode.Parse(DsseEnvelope.Parse(entry).Payload);
        return statement?["predicateType"]?.GetValue<string>() == PredicateTypes.Decision && statement["predicate"] is JsonObject predicate
            ? FromRecord(predicate)
            : null;
    }

    /// <summary>Null for actions that ended before policy was asked.</summary>
    private static PastAction? FromRecord(JsonObject predicate)
    {
        if (predicate["policy"] is not JsonObject policy)
            return null;
        var at = predicate["requestedAt"]!.GetValue<DateTimeOffset>();
        var findings = new JsonArray();
        foreach (var finding in (predicate["findings"] as JsonArray ?? []).OfType<JsonObject>())
        {
            for (var i = 0; i < Math.Min(finding["count"]!.GetValue<int>(), MaximumFindings); i++)
                findings.Add((JsonNode)new JsonObject { ["type"] = finding["type"]!.DeepClone(), ["rule"] = "", ["pointer"] = "", ["confidence"] = 1.0, ["operator"] = "" });
        }
        var input = new PolicyInput(
            Element(new JsonObject { ["type"] = predicate["action"]!["type"]!.DeepClone(), ["target"] = Target(predicate["action"]!["target"]), ["audience"] = predicate["audience"]?.DeepClone() }),
            Element(new JsonObject
            {
                ["actor"] = Person(predicate["actor"]),
                ["onBehalfOf"] = Person(predicate["onBehalfOf"]),
                ["owners"] = new JsonArray([.. (predicate["owners"] as JsonArray ?? []).Select(Person)]),
            }),
            Element(new JsonObject()),
            Element(findings),
            at);
        return new PastAction(predicate["actionId"]!.GetValue<string>(), at, input, Verdict(policy["verdict"]), policy["rule"]?.GetValue<string>(), IsWhole: false);
    }

    private static IEnumerable<PastAction> FromLines(string text, string path)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (JsonNode.Parse(line) is not JsonObject past || past["action"] is not JsonObject action || past["at"] is null)
                throw new PolicyFile.UnreadableException($"{path}:{number} is no past action: it needs at, action and verdict.");
            var at = past["at"]!.GetValue<DateTimeOffset>();
            var input = new PolicyInput(Element(action), Element(past["principal"]), Element(past["context"] ?? new JsonObject()), Element(past["findings"] ?? new JsonArray()), at);
            yield return new PastAction(past["id"]?.GetValue<string>() ?? $"line {number}", at, input, Verdict(past["verdict"]), past["rule"]?.GetValue<string>(), IsWhole: true);
        }
    }

    /// <summary>A record holds the target as text; an object in it is one again.</summary>
    private static JsonNode? Target(JsonNode? target)
    {
        var text = target?.GetValue<string>();
        try
        {
            return text is not null && text.StartsWith('{') ? JsonNode.Parse(text) : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static JsonNode? Person(JsonNode? person)
    {
        if (person?.DeepClone() is not JsonObject copy)
            return null;
        copy.TryAdd("displayName", "");
        copy.TryAdd("groups", new JsonArray());
        return copy;
    }

    private static PolicyVerdict Verdict(JsonNode? verdict) => verdict?.GetValue<string>() switch
    {
        "allow" => PolicyVerdict.Allow,
        "review" => PolicyVerdict.Review,
        "deny" => PolicyVerdict.Deny,
        _ => throw new PolicyFile.UnreadableException("A past action has no verdict: allow, deny or review."),
    };

    private static JsonElement Element(JsonNode? node) => JsonSerializer.SerializeToElement(node);
}
