using System.Security.Cryptography;
using System.Text.Json;
using ApprovalFunctions.Ledger;
using Approvals.Durable;
using Approvals.Workflow.Actions;
using Azure;
using Azure.Data.Tables;

namespace ApprovalFunctions.Index;

/// <summary>
/// A document as a table row: the JSON, and beside it what lists filter by. JSON larger than a property may be lies in a blob under the
/// hash of its content, written before the row that names it.
/// </summary>
internal sealed class ActionRows(IObjectStore large)
{
    public const string Status = "Status";
    public const string Type = "Type";
    public const string Actor = "Actor";
    public const string OwesFollowUp = "OwesFollowUp";

    private const string Document = "Document";
    private const string LargeDocument = "LargeDocument";

    /// <summary>A binary property holds 64 KiB: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model</summary>
    private const int MaxProperty = 64 * 1024;

    public static string StatusName(ActionStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());

    public async Task<TableEntity> WriteAsync(ActionDocument document, IndexKeys keys, CancellationToken cancellationToken)
    {
        var row = new TableEntity(keys.Partition, keys.Row)
        {
            [Status] = StatusName(document.Status),
            [Type] = document.Request.Type,
            [Actor] = document.Request.Chain.Actor.Id.ToString(),
        };
        if (document.FollowUp is { IsDebt: true }) row[OwesFollowUp] = true;
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document, DurableJson.Options);
        if (json.Length <= MaxProperty)
        {
            row[Document] = json;
            return row;
        }

        string name = $"{document.Id}/{Convert.ToHexStringLower(SHA256.HashData(json))}";
        await large.CreateAsync(name, json, cancellationToken);
        row[LargeDocument] = name;
        return row;
    }

    /// <summary><see langword="null"/> when the row was changed meanwhile and its blob is gone: read the row again.</summary>
    public async Task<ActionDocument?> ReadAsync(TableEntity row, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? json = row.GetBinary(Document);
        if (row.GetString(LargeDocument) is { } name) json = (await large.GetAsync(name, cancellationToken))?.Content;
        return json is { } bytes ? JsonSerializer.Deserialize<ActionDocument>(bytes.Span, DurableJson.Options) : null;
    }

    /// <summary>After a row was replaced: what only the old one named. A crash before this leaves a blob nobody names, of redacted data.</summary>
    public async Task DropAsync(TableEntity old, TableEntity current, CancellationToken cancellationToken)
    {
        if (old.GetString(LargeDocument) is { } name && name != current.GetString(LargeDocument)) await large.DeleteAsync(name, cancellationToken);
    }
}
