namespace Approvals.Policy;

/// <summary>Whether people can fill places so that nobody fills two: bipartite matching by augmenting paths (Kuhn 1955).</summary>
internal static class Assignment
{
    /// <param name="places">For each place, who could fill it, as indexes below <paramref name="people"/>.</param>
    /// <returns>How many places can be filled at once.</returns>
    public static int Most(IReadOnlyList<IReadOnlyList<int>> places, int people)
    {
        var placeOf = new int[people];
        Array.Fill(placeOf, -1);
        var filled = 0;
        for (var place = 0; place < places.Count; place++)
            filled += Fill(place, places, placeOf, new bool[people]) ? 1 : 0;
        return filled;
    }

    private static bool Fill(int place, IReadOnlyList<IReadOnlyList<int>> places, int[] placeOf, bool[] tried)
    {
        foreach (var person in places[place])
        {
            if (tried[person])
                continue;
            tried[person] = true;
            if (placeOf[person] < 0 || Fill(placeOf[person], places, placeOf, tried))
            {
                placeOf[person] = place;
                return true;
            }
        }
        return false;
    }
}
