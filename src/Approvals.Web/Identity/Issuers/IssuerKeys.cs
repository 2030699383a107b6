using System.Text.Json;
using Approvals.Ledger;
using Approvals.Ledger.Tokens;
using Approvals.Web.Problems;

namespace Approvals.Web.Identity.Issuers;

/// <summary>
/// The metadata and keys of one issuer, fetched when they are first needed and kept: fresh for an hour, and for a day while the issuer
/// does not answer. A token that names an unknown key brings a new fetch, at most one in half a minute, so that rotation needs no restart and
/// forged key ids make no flood. One fetch at a time. Kept in this process alone; every instance learns for itself. Calls may overlap.
/// </summary>
internal sealed class IssuerKeys(Issuer issuer, IssuerBackchannel backchannel, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    public static readonly TimeSpan Stale = TimeSpan.FromHours(24);
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim fetching = new(1);
    private volatile Known? known;
    private DateTimeOffset nextFetch = DateTimeOffset.MinValue; // guarded by the semaphore

    public Issuer Issuer => issuer;

    public void Dispose() => fetching.Dispose();

    /// <summary>What is known, fetched when it is missing or old.</summary>
    /// <exception cref="ProblemException"><c>issuer_unavailable</c>.</exception>
    public async ValueTask<Known> GetAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (known is { } fresh && now - fresh.FetchedAt < Fresh) return fresh;
        return await FetchAsync(known, cancellationToken);
    }

    /// <summary>After a token named a key that <paramref name="seen"/> does not have: newer keys, or the same when it is too soon to ask.</summary>
    public async ValueTask<Known> RefreshAsync(Known seen, CancellationToken cancellationToken) => await FetchAsync(seen, cancellationToken);

    private async Task<Known> FetchAsync(Known? seen, CancellationToken cancellationToken)
    {
        await fetching.WaitAsync(cancellationToken);
        try
        {
            if (known is { } newer && !ReferenceEquals(newer, seen)) return newer; // somebody else was faster
            DateTimeOffset now = time.GetUtcNow();
            if (now < nextFetch) return Usable(now) ?? throw IssuerBackchannel.Unavailable(issuer, "did not answer a moment ago");
            nextFetch = now + Interval;
            try
            {
                // Not the caller's token: others wait for the same answer. The client has a time limit of its own.
                return known = await LoadAsync(now);
            }
            catch (ProblemException)
            {
                nextFetch = now + AfterFailure;
                if (Usable(now) is { } old) return old;
                throw;
            }
        }
        finally
        {
            fetching.Release();
        }
    }

    /// <summary>INVARIANT: keys that the issuer took away do not live for ever because it cannot be reached.</summary>
    private Known? Usable(DateTimeOffset now) => known is { } old && now - old.FetchedAt < Stale ? old : null;

    private async Task<Known> LoadAsync(DateTimeOffset now)
    {
        // Configured keys need no metadata, unless people sign in.
        IssuerDocument? document = issuer.Keys is not null && issuer.SignIn is null
            ? null
            : IssuerDocument.Read(issuer, IssuerBackchannel.Parse(issuer, await backchannel.GetAsync(issuer, issuer.Discovery, null, CancellationToken.None)));
        if (issuer.Keys is { } configured) return new Known(document, configured, now);
        try
        {
            return new Known(document, JsonWebKeySet.Parse(Signing(await backchannel.GetAsync(issuer, document!.KeySet, null, CancellationToken.None))), now);
        }
        catch (LedgerFormatException refused)
        {
            throw IssuerBackchannel.Unavailable(issuer, $"publishes keys that cannot be used ({refused.Code})");
        }
    }

    /// <summary>The key set without the keys that may not sign for this gate: their tokens are as good as signed by nobody.</summary>
    private byte[] Signing(byte[] keySet)
    {
        if (issuer.MaySign is not { } maySign || !IssuerBackchannel.Parse(issuer, keySet).TryGetProperty("keys", out JsonElement keys) || keys.ValueKind != JsonValueKind.Array) return keySet;
        return JsonSerializer.SerializeToUtf8Bytes(new { keys = keys.EnumerateArray().Where(maySign) });
    }

    /// <param name="Document"><see langword="null"/> for an issuer with configured keys.</param>
    internal sealed record Known(IssuerDocument? Document, JsonWebKeySet Keys, DateTimeOffset FetchedAt);
}
