namespace Approvals.Ledger.Log;

/// <summary>
/// Hashes of perfect subtrees that were computed before. Tiles hold every eighth level of the tree alone, so a proof folds up to 255 nodes a
/// tile; what is remembered here is never computed again, and a log that hands out a proof for each new entry computes about one node
/// for each. One cache serves one log, for as long as its entries stay what they are. Calls may overlap; memory is bounded.
/// </summary>
public sealed class SubtreeCache
{
    /// <summary>In each of two generations: about 2 MB in all. The older one is dropped when the younger one is full.</summary>
    private const int Generation = 8192;

    private readonly Lock _gate = new();
    private Dictionary<(int Height, long Index), MerkleHash> _young = new(Generation);
    private Dictionary<(int Height, long Index), MerkleHash> _old = [];

    internal bool TryGet(int height, long index, out MerkleHash hash)
    {
        lock (_gate)
        {
            if (_young.TryGetValue((height, index), out hash)) return true;
            if (!_old.TryGetValue((height, index), out hash)) return false;
            Keep((height, index), hash);
            return true;
        }
    }

    internal void Add(int height, long index, in MerkleHash hash)
    {
        lock (_gate) Keep((height, index), hash);
    }

    private void Keep((int Height, long Index) subtree, in MerkleHash hash)
    {
        if (_young.Count >= Generation) (_young, _old) = (new Dictionary<(int Height, long Index), MerkleHash>(Generation), _young);
        _young[subtree] = hash;
    }
}
