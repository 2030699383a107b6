using System.Buffers;
using System.Text.Json;
using System.Xml;
using Approvals.Notifications.Outbound;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Actions;

/// <summary>The body of <c>POST /api/actions</c>, checked as far as it can be without asking anybody.</summary>
internal sealed record SubmitBody
{
    public const int MaxType = 100;
    public const int MaxTargetString = 2_000;
    public const int MaxJustification = 2_000;
    public const int MaxAudience = 500;

    private static readonly SearchValues<char> TypeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    public required string Type { get; init; }

    public required JsonElement Target { get; init; }

    public JsonElement? Parameters { get; init; }

    public JsonElement? Context { get; init; }

    public string? Justification { get; init; }

    public PrincipalId? OnBehalfOf { get; init; }

    public string? Audience { get; init; }

    public required TimeSpan ExpiresIn { get; init; }

    public string? CallbackUrl { get; init; }

    public static SubmitBody Read(JsonElement json, ApprovalsWebOptions options)
    {
        var fields = new JsonFields(
            json, "", "type", "target", "parameters", "context", "justification", "onBehalfOf", "audience", "expiresIn", "callbackUrl");
        string type = fields.RequiredString("type", MaxType);
        if (type.Length == 0 || type.AsSpan().ContainsAnyExcept(TypeCharacters))
            throw fields.Invalid("type", $"Name the type with 1 to {MaxType} of a-z, 0-9, '.', '_' and '-', e.g. 'data.export'.");

        string? audience = fields.OptionalString("audience", MaxAudience);
        if (audience is not null && string.IsNullOrWhiteSpace(audience)) throw fields.Invalid("audience", "Name who may redeem the release, or leave this out.");
        return new SubmitBody
        {
            Type = type,
            Target = ReadTarget(fields),
            Parameters = fields.OptionalObject("parameters"),
            Context = fields.OptionalObject("context"),
            Justification = fields.OptionalString("justification", MaxJustification),
            OnBehalfOf = fields.Optional("onBehalfOf") is { } who ? PrincipalReference.Read(who, fields.PointerTo("onBehalfOf")) : null,
            Audience = audience,
            ExpiresIn = ReadExpiry(fields, options),
            CallbackUrl = ReadCallback(fields, options),
        };
    }

    private static JsonElement ReadTarget(JsonFields fields)
    {
        JsonElement target = fields.Required("target");
        if (target.ValueKind == JsonValueKind.Object)
            return target.EnumerateObject().Any() ? target : throw fields.Invalid("target", "Say what the action runs on: the object is empty.");
        if (target.ValueKind != JsonValueKind.String) throw JsonFields.Wrong(fields.PointerTo("target"), "a string or an object");
        string text = fields.RequiredString("target", MaxTargetString);
        return string.IsNullOrWhiteSpace(text) ? throw fields.Invalid("target", "Say what the action runs on: the string is empty.") : target;
    }

    /// <summary>Seconds as a number, or an ISO 8601 duration.</summary>
    private static TimeSpan ReadExpiry(JsonFields fields, ApprovalsWebOptions options)
    {
        if (fields.Optional("expiresIn") is not { } value) return options.DefaultExpiry;
        TimeSpan? expiry = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDouble(out double seconds) && seconds is >= 0 and <= 1e9 ? TimeSpan.FromSeconds(seconds) : null,
            JsonValueKind.String => ParseDuration(value.GetString()!),
            _ => throw JsonFields.Wrong(fields.PointerTo("expiresIn"), "a number of seconds, or an ISO 8601 duration such as \"PT1H\""),
        };
        return expiry is { } time && time >= options.MinimumExpiry && time <= options.MaximumExpiry
            ? time
            : throw fields.Invalid(
                "expiresIn", $"Send seconds or an ISO 8601 duration from {XmlConvert.ToString(options.MinimumExpiry)} to {XmlConvert.ToString(options.MaximumExpiry)}.");
    }

    private static TimeSpan? ParseDuration(string text)
    {
        // Months and years have no fixed length; XmlConvert would guess one. 'M' before 'T' means months.
        int time = text.IndexOf('T');
        string date = time < 0 ? text : text[..time];
        if (text.Length > 40 || date.Contains('M') || date.Contains('Y')) return null;
        try
        {
            return XmlConvert.ToTimeSpan(text);
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>The gate calls this address from inside the network, so only hosts that an operator named are called (no SSRF).</summary>
    private static string? ReadCallback(JsonFields fields, ApprovalsWebOptions options)
    {
        if (fields.OptionalString("callbackUrl", 2_000) is not { } text) return null;
        bool allowed = Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            && OutboundHttp.IsAllowed(url) && url.Query.Length == 0 && url.Fragment.Length == 0
            && options.CallbackHosts.Contains(url.IdnHost, StringComparer.OrdinalIgnoreCase);
        return allowed
            ? url!.AbsoluteUri
            : throw new ProblemException(ProblemTypes.CallbackNotAllowed, "Send an https URL without user, query or fragment, on a host that the operator allows.")
            {
                Pointer = fields.PointerTo("callbackUrl"),
            };
    }
}
