using System.Text.Json;
using Approvals.Durable;

namespace ApprovalFunctions.Durable;

/// <summary>How an activity's input travels: with the id of the instance that calls. Wire format: stands in histories.</summary>
public sealed record ActivityCall(string InstanceId, JsonElement Input)
{
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, DurableJson.Options);

    public static ActivityCall Parse(JsonElement json) => json.Deserialize<ActivityCall>(DurableJson.Options)!;
}
