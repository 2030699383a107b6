using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ApprovalFunctions.Ledger;

/// <summary>A Blob container as an object store. Conditions: https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations</summary>
public sealed class BlobObjectStore(BlobContainerClient container) : IObjectStore
{
    public async Task<StoredObject?> GetAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            Response<BlobDownloadResult> found = await container.GetBlobClient(name).DownloadContentAsync(cancellationToken);
            return new StoredObject(found.Value.Content.ToMemory(), found.Value.Details.ETag.ToString());
        }
        catch (RequestFailedException missing) when (missing.Status == 404 && missing.ErrorCode == BlobErrorCode.BlobNotFound.ToString())
        {
            return null;
        }
    }

    public Task<bool> CreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        WriteAsync(name, content, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellationToken);

    public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? etag, CancellationToken cancellationToken) =>
        etag is null
            ? CreateAsync(name, content, cancellationToken)
            : WriteAsync(name, content, new BlobRequestConditions { IfMatch = new ETag(etag) }, cancellationToken);

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        WriteAsync(name, content, conditions: null, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        container.DeleteBlobIfExistsAsync(name, cancellationToken: cancellationToken);

    public async Task<IReadOnlyList<string>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (BlobItem item in container.GetBlobsAsync(cancellationToken: cancellationToken))
        {
            names.Add(item.Name);
            if (names.Count == limit) break;
        }

        return names;
    }

    private async Task<bool> WriteAsync(string name, ReadOnlyMemory<byte> content, BlobRequestConditions? conditions, CancellationToken cancellationToken)
    {
        try
        {
            await container.GetBlobClient(name).UploadAsync(
                BinaryData.FromBytes(content), new BlobUploadOptions { Conditions = conditions }, cancellationToken);
            return true;
        }
        catch (RequestFailedException lost) when (conditions is not null
            && (lost.Status == 412 || lost.ErrorCode == BlobErrorCode.BlobAlreadyExists.ToString()))
        {
            // 409 BlobAlreadyExists answers If-None-Match, 412 ConditionNotMet answers If-Match. A retry inside the SDK after a write that
            // was stored but not acknowledged ends here too: the caller compares what stands there with what it wanted.
            return false;
        }
    }
}
