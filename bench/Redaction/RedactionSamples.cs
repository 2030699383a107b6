using System.Globalization;
using System.Text;

namespace Approvals.Bench.Redaction;

/// <summary>Inputs of the redaction benchmark, made up and the same every time.</summary>
internal static class RedactionSamples
{
    private static readonly string[] Vendors =
    [
        "adafruit", "airtable", "algolia", "asana", "atlassian", "beamer", "bitbucket", "bittrex", "codecov", "coinbase", "confluent", "contentful", "datadog", "discord", "droneci", "dropbox", "etsy", "facebook", "fastly", "finicity",
        "flickr", "freshbooks", "gitter", "hubspot", "intercom", "jfrog", "kraken", "kucoin", "launchdarkly", "linkedin", "lob", "mailchimp", "mailgun", "mapbox", "mattermost", "netlify", "newrelic", "nytimes", "okta", "plaid",
        "rapidapi", "sendbird", "sentry", "snyk", "sonar", "squarespace", "sumologic", "travis", "twitch", "zendesk",
    ];

    /// <summary>Shapes of rules as scanners write them, each run over the whole text.</summary>
    public static readonly string[] SequentialPatterns =
    [
        .. Vendors.Select(v => $@"(?i)[\w.-]{{0,50}}?(?:{v})(?:[ \t\w.-]{{0,20}})[\s'""]{{0,3}}(?:=|>|:|,)[\s'""=]{{0,5}}([a-z0-9_-]{{32}})"),
        @"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b", "ghp_[0-9a-zA-Z]{36}", @"glpat-[\w-]{20}", "xox[bp]-[0-9]{10,13}-[0-9a-zA-Z-]{10,80}", @"\bAIza[\w-]{35}\b", @"\bsk_(?:live|test)_[a-zA-Z0-9]{10,99}\b",
        @"(?i)(?:api|token|secret|password|key)[\w .-]{0,20}[\s'""]{0,3}(?:=|:)[\s'""]{0,5}([\w.=-]{10,150})", @"\beyJ[\w-]{17,}\.[\w-]{17,}\.[\w-]{10,}\b", @"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", @"\b(?:\d[ -]?){13,19}\b",
    ];

    public static string Document(int i) => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"schemaVersion":1,"type":"warehouse.export","actor":{"kind":"service","issuer":"https://ci.contoso.com","subject":"svc-{{{i}}}","displayName":"Nightly export","groups":["data-eng","exporters"]},"target":{"system":"snowflake","database":"CUSTOMERS","schema":"PUBLIC","table":"ORDERS_{{{i}}}","bucket":"s3://partner-bucket-{{{i}}}/exports/2026/11/"},"parameters":{"query":"SELECT customer_key, token_count, api_key_id FROM orders WHERE updated_at > '2026-11-01' AND region IN ('eu-west-1','us-east-1') LIMIT 50000","tokenLimit":4096,"maxTokens":2048,"partitionKey":"customer_id","primaryKey":["order_id","line_no"],"keyColumns":["customer_key","order_key","region_key"],"tokenType":"bearer","secretName":"kv-export-secret","passwordPolicy":"strong","idempotencyKey":"{{{Hex(i, 32)}}}","columns":[{"name":"customer_id","type":"NUMBER(38,0)","nullable":false},{"name":"token_hash","type":"VARCHAR(64)","nullable":true},{"name":"amount","type":"NUMBER(12,2)","nullable":false}],"notify":["{{{(i % 4 == 0 ? "anna.berg@contoso.com" : "ops")}}}"],"retries":3,"timeoutSeconds":3600},"context":{"pipeline":"exports/nightly.yml","runId":"{{{100000 + i}}}","commit":"{{{Hex(i + 7, 40)}}}","branch":"main","environment":"production","requestedAt":"2026-11-21T02:15:00Z","labels":{"team":"data-platform","costCenter":"CC-4711","tier":"gold","keyRotation":"enabled"},"checks":[{"name":"row-count","status":"passed","value":48211},{"name":"token-scan","status":"passed","value":0},{"name":"key-uniqueness","status":"passed","value":1}]},"justification":"Monthly partner settlement needs the refreshed export of orders; the previous token for the partner bucket expires on Friday and the key was rotated by the platform team.","audience":"executor-prod","nonce":"{{{Hex(i + 13, 64)}}}","metrics":{"bytesScanned":183746283,"rowsEstimated":48211,"p50LatencyMs":132,"cacheHitRatio":0.9321},"approvals":{"policy":"exports-v7","quorum":2,"groups":["data-stewards","security"],"deadline":"2026-11-21T10:15:00Z"}}
        """);

    public static string Log(int lines)
    {
        string[] levels = ["INFO", "WARN", "DEBUG"];
        string[] messages = ["GET /api/v1/orders/{0} 200 {1}ms user_agent=Mozilla/5.0 (X11; Linux x86_64)", "Started job export-{0} attempt=1 queue=default priority=low", "Connection pool stats: active={0} idle=12 waiting=0 total={1}", "Cache hit ratio 0.{0} for region eu-west-1 shard {1}"];
        var log = new StringBuilder();
        for (var i = 0; i < lines; i++)
        {
            log.Append(CultureInfo.InvariantCulture, $"2026-11-21T{i % 24:00}:{i % 60:00}:{i * 7 % 60:00}.{i % 1000:000}Z {levels[i % 3]} [worker-{i % 16}] com.contoso.orders.Service{i % 9} - ");
            log.AppendFormat(CultureInfo.InvariantCulture, messages[i % 4], i * 31 % 100_000, i * 17 % 900).Append('\n');
        }
        return log.ToString();
    }

    /// <summary>Lines of a web server, each with somebody's address.</summary>
    public static string AccessLog(int lines)
    {
        string[] paths = ["/", "/index.html", "/api/v1/users", "/static/js/app.9f86d081.js", "/search?q=shoes&page=2", "/health"];
        var log = new StringBuilder();
        for (var i = 0; i < lines; i++)
            log.Append(CultureInfo.InvariantCulture, $"{i % 200 + 11}.{i * 7 % 256}.{i * 13 % 256}.{i % 254 + 1} - - [21/Nov/2026:{i % 24:00}:{i % 60:00}:{i * 7 % 60:00} +0000] \"GET {paths[i % 6]} HTTP/1.1\" 200 {i * 31 % 100_000} \"-\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\"\n");
        return log.ToString();
    }

    public static IEnumerable<(string Name, string Input)> Hostile()
    {
        yield return ("one letter", new string('a', 500_000));
        yield return ("one digit", new string('1', 500_000));
        yield return ("at signs", string.Concat(Enumerable.Repeat("a@", 250_000)));
        yield return ("colons", new string(':', 500_000));
        yield return ("assignments", string.Concat(Enumerable.Repeat("token=", 80_000)));
        yield return ("armour without end", string.Concat(Enumerable.Repeat("-----BEGIN PRIVATE KEY-----", 20_000)));
        yield return ("curl", string.Concat(Enumerable.Repeat("curl -u ", 60_000)));
        yield return ("prefixes", string.Concat(Enumerable.Repeat("ghp_", 120_000)));
        yield return ("hex", Hex(3, 500_000));
        yield return ("vendor names", string.Concat(Enumerable.Repeat("aws algolia twitter datadog 8f14e45fceea167a5a36dedd4bea2543 ", 8_000)));
        yield return ("names", string.Concat(Enumerable.Repeat("Anna ", 100_000)));
        yield return ("flags", string.Concat(Enumerable.Repeat("--a", 160_000)));
        yield return ("calls", string.Concat(Enumerable.Repeat("set(\"", 80_000)));
        yield return ("digits and dots", string.Concat(Enumerable.Repeat("1.", 250_000)));
        yield return ("tokens cut short", string.Concat(Enumerable.Repeat("eyJ-", 120_000)));
        yield return ("operators", string.Concat(Enumerable.Repeat(">|", 250_000)));
        yield return ("headers", string.Concat(Enumerable.Repeat("Authorization: ", 32_000)));
        yield return ("cards", string.Concat(Enumerable.Repeat("4242 ", 100_000)));
        yield return ("escapes", string.Concat(Enumerable.Repeat("%41", 160_000)));
    }

    private static string Hex(int seed, int length)
    {
        var state = (uint)seed * 2654435761u + 1;
        return string.Create(length, state, static (span, state) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                state = state * 1664525u + 1013904223u;
                span[i] = "0123456789abcdef"[(int)(state >> 28)];
            }
        });
    }
}
