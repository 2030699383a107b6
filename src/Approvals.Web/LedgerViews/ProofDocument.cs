using Approvals.Workflow.Ports;

namespace Approvals.Web.LedgerViews;

/// <summary>Where an entry stands, and the proof that a verifier needs: no network, only the public keys.</summary>
/// <param name="Checkpoint">C2SP signed note.</param>
/// <param name="InclusionProof">RFC 6962 section 2.1.1, leaf to root, each base64.</param>
internal sealed record ProofDocument(long Index, string Checkpoint, IReadOnlyList<string> InclusionProof)
{
    public static ProofDocument Of(LedgerProof proof) => new(proof.Index, proof.Checkpoint, [.. proof.InclusionProof.Select(Convert.ToBase64String)]);
}
