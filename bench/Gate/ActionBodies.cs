using System.Globalization;

namespace Approvals.Bench.Gate;

/// <summary>
/// Bodies of about 2 KB as pipelines send them. The default policy allows the delivery at once and asks the data's owners about the
/// export, in which redaction masks mail addresses, phone numbers and account numbers.
/// </summary>
internal static class ActionBodies
{
    public static string Delivery(int number, double? expiresInSeconds = null) => $$$"""
        {"type":"deployment.create",{{{Expiry(expiresInSeconds)}}}
        "target":{"repository":"acme/storefront","environment":"staging","cluster":"eu-central-1-blue","namespace":"storefront"},
        "parameters":{"ref":"refs/heads/main","sha":"58e6b3a414a1e090dfc6029add0f3555ccba127f","strategy":"rolling","build":{{{number}}},
        "image":"ghcr.io/acme/storefront@sha256:6987740fb624e3e9943ec5d9ac5519b72cea1b35fb4bde5719df3923a36c08f7",
        "replicas":6,"maxUnavailable":"25%","timeoutSeconds":900,"healthPath":"/health/ready","features":["checkout-v2","search-rerank","cart-merge"],
        "services":[
        {"name":"web","port":8080,"memory":"512Mi","cpu":"250m","replicas":3,"probes":{"live":"/live","ready":"/ready","period":10}},
        {"name":"worker","port":9090,"memory":"1Gi","cpu":"500m","replicas":2,"probes":{"live":"/live","ready":"/ready","period":15}},
        {"name":"scheduler","port":9191,"memory":"256Mi","cpu":"100m","replicas":1,"probes":{"live":"/live","ready":"/ready","period":30}}],
        "migrations":[{"id":"20261118-add-order-notes","reversible":true},{"id":"20261119-index-orders-by-region","reversible":true}],
        "changes":[
        {"pull":4711,"title":"Show the delivery window on the order page","author":"mira","files":12,"lines":340},
        {"pull":4715,"title":"Retry the stock reservation when the warehouse is slow","author":"joao","files":4,"lines":87},
        {"pull":4720,"title":"Drop the old search endpoint","author":"mira","files":9,"lines":512}]},
        "context":{"ci":"github-actions","workflow":"deploy-staging.yml","runId":"9981274123","attempt":1,"runner":"ubuntu-24.04",
        "checks":[{"name":"unit","status":"passed","seconds":212},{"name":"integration","status":"passed","seconds":644},{"name":"image-scan","status":"passed","seconds":51}]},
        "justification":"Every merge to main goes to staging; this one carries the order page and the stock reservation."}
        """;

    public static string Export(int number, double? expiresInSeconds = null) => $$$"""
        {"type":"data.export",{{{Expiry(expiresInSeconds)}}}
        "target":{"system":"snowflake://acme-prod/ANALYTICS","destination":"s3://northwind-partner-inbound/acme/2026-11/","region":"eu-central-1"},
        "parameters":{"query":"SELECT customer_id, email, phone, iban, last_order_at FROM crm.customers WHERE segment = 'churn-risk'",
        "rowEstimate":48210,"format":"parquet","compression":"zstd","part":{{{number}}},
        "columns":[{"name":"customer_id","type":"NUMBER(38,0)"},{"name":"email","type":"VARCHAR"},{"name":"phone","type":"VARCHAR"},{"name":"iban","type":"VARCHAR"},{"name":"last_order_at","type":"TIMESTAMP"}],
        "preview":[
        {"customer_id":"C-100482","email":"marta.kowalczyk@posteo.example","phone":"+48 601 234 567","iban":"DE89370400440532013000"},
        {"customer_id":"C-100497","email":"jonas.lindqvist@fastmail.example","phone":"+46 70 123 45 67","iban":"GB29NWBK60161331926819"},
        {"customer_id":"C-100511","email":"ines.ferreira@mailbox.example","phone":"+351 912 345 678","iban":"DE89370400440532013000"},
        {"customer_id":"C-100530","email":"pavel.novak@posteo.example","phone":"+420 601 234 567","iban":"GB29NWBK60161331926819"}],
        "schedule":{"dag":"partner_export","owner":"data-platform","retries":2,"timeoutSeconds":3600,"notify":["data-platform","partner-success"]},
        "quality":[{"check":"row-count","status":"passed","value":48210},{"check":"null-rate","status":"passed","value":0},{"check":"freshness-minutes","status":"passed","value":14}]},
        "context":{"pipeline":"nightly-partner-export","run":"https://airflow.acme.example/dags/partner_export/runs/2026-11-20","attempt":1,"requestedFrom":"10.42.7.19",
        "commit":"58e6b3a414a1e090dfc6029add0f3555ccba127f","branch":"main","labels":{"team":"data-platform","costCenter":"CC-4711","tier":"gold"}},
        "justification":"Monthly churn list for Northwind under DPA-2231; contact is anna.berg@northwind.example."}
        """;

    private static string Expiry(double? seconds) => seconds is { } value ? string.Create(CultureInfo.InvariantCulture, $"\"expiresIn\":{value},") : "";
}
