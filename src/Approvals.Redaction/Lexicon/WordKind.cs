namespace Approvals.Redaction.Lexicon;

/// <summary>What a word can be. Zero: not in the lexicon.</summary>
[Flags]
internal enum WordKind : byte
{
    None = 0,
    FirstName = 1,
    LastName = 2,
    Place = 4,
    Country = 8,

    /// <summary>An everyday English word in lower case.</summary>
    Common = 16,

    /// <summary>A rarer English word in lower case.</summary>
    Rare = 32,

    /// <summary>A proper noun of another or unknown kind.</summary>
    Proper = 64,

    /// <summary>A nationality, people or religion.</summary>
    Nationality = 128,

    Name = FirstName | LastName,
    Location = Place | Country,
    English = Common | Rare,
}
