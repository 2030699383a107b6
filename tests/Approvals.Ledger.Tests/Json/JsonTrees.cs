using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Ledger.Tests.Json;

/// <summary>Random JSON values with one text, and another text of the same value with keys in reverse order and white space.</summary>
internal sealed record JsonTrees(byte[] Text, byte[] Shuffled)
{
    public static Arbitrary<JsonTrees> Arbitrary => Arb.From(Tree(4).Select(node => new JsonTrees(
        Encoding.UTF8.GetBytes(node?.ToJsonString() ?? "null"),
        Encoding.UTF8.GetBytes(Reversed(node)?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "null"))));

    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Elements("", "a", "b", "aa", "A", "é", "€", "\u0080", "😀", "\ufb33", "\u2028", "\0", "\n", "\"", "\\", "/", "\u007f", "<script>"),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get).Where(IsUnicode));

    private static Gen<JsonNode?> Tree(int depth)
    {
        Gen<JsonNode?> scalar = Gen.OneOf(
            Gen.Constant<JsonNode?>(null),
            ArbMap.Default.GeneratorFor<bool>().Select(b => (JsonNode?)JsonValue.Create(b)),
            ArbMap.Default.GeneratorFor<int>().Select(i => (JsonNode?)JsonValue.Create(i)),
            ArbMap.Default.GeneratorFor<NormalFloat>().Select(d => (JsonNode?)JsonValue.Create(d.Get == 0 ? 0 : d.Get)),
            AnyText.Select(s => (JsonNode?)JsonValue.Create(s)));
        if (depth == 0) return scalar;
        return Gen.OneOf(
            scalar,
            Gen.Choose(0, 5).SelectMany(n => Gen.ArrayOf(Tree(depth - 1), n)).Select(items => (JsonNode?)new JsonArray(items)),
            Gen.Choose(0, 6).SelectMany(n => Gen.ArrayOf(AnyText.Zip(Tree(depth - 1)), n))
                .Select(members => (JsonNode?)new JsonObject(members.DistinctBy(m => m.Item1).Select(m => KeyValuePair.Create(m.Item1, m.Item2)))));
    }

    private static JsonNode? Reversed(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Reverse().Select(m => KeyValuePair.Create(m.Key, Reversed(m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Reversed)]),
        _ => node?.DeepClone(),
    };

    private static bool IsUnicode(string text) => !text.EnumerateRunes().Contains(Rune.ReplacementChar);
}
