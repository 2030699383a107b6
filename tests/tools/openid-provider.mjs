// The certified npm package oidc-provider as an identity provider for tests: any password-less person signs in by a form.
// Prints its issuer on the first line; POST /test/rotate gives it new keys (the old ones are gone from its key set at once). Ends with its stdin.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const people = {
  alice: { name: "Alice Adler", email: "alice@example.com", email_verified: true, groups: ["g-owners", "g-unknown"], roles: [] },
  bob: { name: "Bob Berger", email: "bob@example.com", email_verified: true, groups: ["g-owners"], roles: ["gate-auditor"] },
  mallory: { name: "Mallory", email: "alice@example.com", email_verified: false, groups: [], roles: [] },
};
const algorithms = ["RS256", "PS256", "ES256", "ES384"];
let current;

const server = createServer(async (request, response) => {
  if (request.method === "POST" && request.url === "/test/rotate") {
    await start();
    response.end();
    return;
  }
  const interaction = /^\/interaction\/([\w-]+)(\/end)?$/.exec(new URL(request.url, "http://x").pathname);
  if (!interaction) return current.callback()(request, response);
  if (!interaction[2]) {
    const { prompt } = await current.interactionDetails(request, response);
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>Provider</title><h1>${prompt.name}</h1><form method="post" action="/interaction/${interaction[1]}/end">
      <input name="login" aria-label="login"><label><input type="checkbox" name="mfa"> second factor</label><button>Continue</button><button name="abort" value="1">Abort</button></form>`);
    return;
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  const result = form.get("abort")
    ? { error: "access_denied", error_description: "<script>alert(1)</script>" }
    : { login: { accountId: form.get("login"), amr: form.get("mfa") ? ["pwd", "otp", "mfa"] : ["pwd"], acr: form.get("mfa") ? "urn:example:two" : undefined } };
  await current.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
});

await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

async function start() {
  const keys = [];
  for (const alg of algorithms) keys.push({ ...(await exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey)), alg, use: "sig" });
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      ...algorithms.map((alg) => ({ client_id: `gate-${alg}`, client_secret: "a secret: with % and +", redirect_uris: ["http://127.0.0.1/any"], id_token_signed_response_alg: alg })),
      { client_id: "gate-post", client_secret: "posted", token_endpoint_auth_method: "client_secret_post", redirect_uris: ["http://127.0.0.1/any"] },
      { client_id: "gate-public", token_endpoint_auth_method: "none", redirect_uris: ["http://127.0.0.1/any"] },
    ],
    claims: { openid: ["sub", "acr", "amr"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups", "roles"] },
    acrValues: ["urn:example:two"],
    scopes: ["openid", "profile", "email", "groups"],
    enabledJWA: { idTokenSigningAlgValues: algorithms },
    pkce: { required: () => true },
    cookies: { keys: ["provider of the tests"] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => people[id] && { accountId: id, claims: async () => ({ sub: id, ...people[id] }) },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid profile email groups");
      grant.addOIDCClaims(["acr", "amr"]);
      await grant.save();
      return grant;
    },
    ttl: { Interaction: 600, Session: 3600, Grant: 3600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
  });
  // The gate takes its port when it starts, after the provider.
  provider.Client.prototype.redirectUriAllowed = (uri) => /^http:\/\/127\.0\.0\.1:\d+\/sign-in\/[\w-]+\/callback$/.test(uri);
  provider.Client.prototype.postLogoutRedirectUriAllowed = (uri) => /^http:\/\/127\.0\.0\.1:\d+\/sign-in$/.test(uri);
  current = provider;
}

await start();
process.stdout.write(issuer + "\n");
process.stdin.on("end", () => process.exit(0)).resume();
