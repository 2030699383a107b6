using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Approvals.Ledger.Records;

/// <summary>
/// JSON form of everything inside a record: camelCase, absent members left out, times as RFC 3339 UTC with exactly three fractional digits,
/// so that both hosts write the same bytes. Unknown members are ignored on reading, as in-toto asks of consumers.
/// </summary>
public static class RecordJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Converters = { new UtcMillisecondsConverter() },
        TypeInfoResolver = RecordJsonContext.Default.WithAddedModifier(AllowAbsenceOfNullable),
    };

    public static JsonTypeInfo<DecisionPredicate> Decision { get; } = (JsonTypeInfo<DecisionPredicate>)Options.GetTypeInfo(typeof(DecisionPredicate));

    public static JsonTypeInfo<RedemptionPredicate> Redemption { get; } = (JsonTypeInfo<RedemptionPredicate>)Options.GetTypeInfo(typeof(RedemptionPredicate));

    public static JsonTypeInfo<ReceiptPredicate> Receipt { get; } = (JsonTypeInfo<ReceiptPredicate>)Options.GetTypeInfo(typeof(ReceiptPredicate));

    public static JsonTypeInfo<StandingUsePredicate> StandingUse { get; } = (JsonTypeInfo<StandingUsePredicate>)Options.GetTypeInfo(typeof(StandingUsePredicate));

    public static JsonTypeInfo<FollowUpPredicate> FollowUp { get; } = (JsonTypeInfo<FollowUpPredicate>)Options.GetTypeInfo(typeof(FollowUpPredicate));

    public static JsonTypeInfo<PolicyPredicate> Policy { get; } = (JsonTypeInfo<PolicyPredicate>)Options.GetTypeInfo(typeof(PolicyPredicate));

    /// <summary>What is left out on writing because it is null may be absent on reading; all else must be there.</summary>
    private static void AllowAbsenceOfNullable(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            // A list has an initial value, and would be null all the same when its member is absent.
            property.IsRequired = !property.IsGetNullable && Nullable.GetUnderlyingType(property.PropertyType) is null;
        }
    }
}

[JsonSerializable(typeof(DecisionPredicate))]
[JsonSerializable(typeof(RedemptionPredicate))]
[JsonSerializable(typeof(ReceiptPredicate))]
[JsonSerializable(typeof(StandingUsePredicate))]
[JsonSerializable(typeof(FollowUpPredicate))]
[JsonSerializable(typeof(PolicyPredicate))]
internal sealed partial class RecordJsonContext : JsonSerializerContext;

/// <summary><c>2026-01-31T23:59:59.999Z</c> and nothing else.</summary>
internal sealed class UtcMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
        && DateTimeOffset.TryParseExact(reader.GetString(), Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw new JsonException("A time must look like 2026-01-31T23:59:59.999Z.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToUniversalTime().ToString(Format, CultureInfo.InvariantCulture));
}
