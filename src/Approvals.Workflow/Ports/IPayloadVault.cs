namespace Approvals.Workflow.Ports;

/// <summary>
/// Keeps what the caller wrote, sealed (AES-256-GCM under a data key of its own), from the edge to the redaction activity.
/// Calls may overlap. After a call that throws, the effect is unclear: repeating it is safe.
/// </summary>
public interface IPayloadVault
{
    /// <summary>Seals a payload. Durable on return. Sealing the same id again replaces what was there, unless it was shredded.</summary>
    Task SealAsync(string actionId, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>The payload, or <see langword="null"/> when it was shredded or never sealed.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">What is stored was tampered with, or the key is wrong.</exception>
    Task<byte[]?> OpenAsync(string actionId, CancellationToken cancellationToken);

    /// <summary>Destroys the data key and the sealed bytes. Durable on return: nobody can open it again. Repeating it does nothing.</summary>
    Task ShredAsync(string actionId, CancellationToken cancellationToken);
}
