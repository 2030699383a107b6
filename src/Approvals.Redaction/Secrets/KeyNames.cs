using System.Text;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>What a name beside a value says about it.</summary>
internal enum KeyMeaning
{
    None,

    /// <summary>"key", "auth", "hash", "signature": believes only values that are clearly random.</summary>
    Weak,

    /// <summary>"token", "secret", "api_key": believes values of eight characters or more that are no words.</summary>
    Token,

    /// <summary>"password": believes anything but placeholders.</summary>
    Password,

    /// <summary>"Authorization": the value has a scheme before it.</summary>
    Header,
}

/// <summary>Reads the words of a name (<c>dbPassword</c>, <c>API_KEY</c>, <c>x-auth-token</c>) and says what kind of value it announces.</summary>
internal static class KeyNames
{
    private const int Password = 1, Token = 2, Key = 4, KeyQualifier = 8, Benign = 16, Weak = 32, Header = 64, Defuses = 128;

    private static readonly Dictionary<uint, int> Words = Build();

    public static KeyMeaning Classify(ReadOnlySpan<byte> name)
    {
        if (name.Length is < 2 or > 96) return KeyMeaning.None;
        var flags = 0;
        var lastIsBenign = false;
        var keyQualified = false;
        var previousQualifies = false;
        var lastIsHeader = false;
        var previous = 0;
        var hashes = new WordHashes(name);
        while (hashes.MoveNext())
        {
            var hash = hashes.Current;
            Words.TryGetValue(hash, out var word);
            // "passThrough", "PassManager": no password.
            if ((word & Defuses) != 0 && previous == Password) flags &= ~Password;
            if (!hashes.IsWhole) previous = word;
            if (word != 0 || !hashes.IsWhole) lastIsHeader = (word & Header) != 0;
            flags |= word;
            if ((word & Key) != 0 && previousQualifies) keyQualified = true;
            previousQualifies = (word & KeyQualifier) != 0;
            if (word != 0 || !hashes.IsWhole) lastIsBenign = (word & Benign) != 0;
        }
        if ((flags & Benign) != 0 && (lastIsBenign || (flags & (Password | Token)) == 0)) return KeyMeaning.None;
        if (lastIsHeader) return KeyMeaning.Header;
        if ((flags & Password) != 0) return KeyMeaning.Password;
        if ((flags & Token) != 0 || keyQualified) return KeyMeaning.Token;
        if ((flags & (Weak | Key)) != 0) return KeyMeaning.Weak;
        return (flags & Benign) == 0 && name.Length >= 6 ? ByEnding(name) : KeyMeaning.None;
    }

    /// <summary>Words run together ("mypassword", "theapikey"): the last one tells.</summary>
    private static KeyMeaning ByEnding(ReadOnlySpan<byte> name)
    {
        if (EndsWith(name, "password"u8) || EndsWith(name, "passwd"u8) || EndsWith(name, "pwd"u8) || EndsWith(name, "passphrase"u8)) return KeyMeaning.Password;
        return EndsWith(name, "apikey"u8) || EndsWith(name, "secret"u8) || EndsWith(name, "token"u8) || EndsWith(name, "secretkey"u8) || EndsWith(name, "accesskey"u8) || EndsWith(name, "privatekey"u8) ? KeyMeaning.Token : KeyMeaning.None;
    }

    private static bool EndsWith(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ending) => name.Length > ending.Length && ByteClass.EqualsFolded(name[^ending.Length..], ending);

    private static Dictionary<uint, int> Build()
    {
        var words = new Dictionary<uint, int>();
        Add(Password, "password passwd pwd passphrase pass passcode psw pw passwort kennwort contraseña senha motdepasse wachtwoord mot_de_passe userpass dbpass adminpass "
            + "sshpass ldappass passw dbpassword userpassword rootpassword dbpwd keypass storepass");
        Add(Token, "token tokens secret secrets apikey apikeys apitoken authtoken accesstoken credential credentials creds cred bearer jwt accesskey secretkey privatekey "
            + "clientsecret refreshtoken idtoken sessiontoken sastoken apisecret appsecret authkey webhooksecret signingkey masterkey encryptionkey accountkey sharedaccesskey "
            + "pat otp totp csrf connectionstring connstr dsn secretaccesskey accesskeyid awssecretaccesskey sessionid sessid cookie hmac salt nonce_secret license_key apitok");
        Add(Key, "key keys");
        Add(KeyQualifier, "api access private secret auth encryption signing master account shared storage client service consumer subscription license app admin deploy "
            + "ssh pgp gpg hmac aes rsa webhook integration publishable server write read rest ingest tracking security crypto vault session root user developer project");
        Add(Weak, "auth authentication sig sas session appid clientid seed mnemonic dsa code pin");
        Add(Header | KeyQualifier, "authorization proxyauthorization");
        Add(Defuses, "through thru manager by builder registry");
        Add(Benign, "count limit max min size length len type name names url uri endpoint path file filename dir expiry expires expiration expire ttl timeout lifetime policy "
            + "enabled disabled required rotation rotate rotated created updated date time at version format field fields column columns label prefix suffix description help "
            + "hint message error status state usage budget total per rate price cost public idempotency primary foreign partition sort cache row object translation index sequence "
            + "board word words map event keyboard locale regex pattern length validation validator validate strength reset change forgot page title header placeholder ref "
            + "reference arn provider issuer audience algorithm alg scope scopes role kind group checksum fingerprint sha sha1 sha256 md5 etag integrity commit digest revision identifier store stores check checks keyid publickeytoken");
        return words;

        void Add(int flag, string list)
        {
            foreach (var word in list.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var hash = ByteClass.FoldedHash(Encoding.UTF8.GetBytes(word));
                words[hash] = words.GetValueOrDefault(hash) | flag;
            }
        }
    }
}
