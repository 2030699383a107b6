// Mints tokens of an issuer with npm jose: good ones in every algorithm, and hostile ones of every kind that has fooled somebody.
// Input on stdin: {"issuer","audience","now"}; output: {"jwks", "weakJwks", "good": {name: token}, "hostile": {name: token}}.
import { KeyObject, createHmac, createPublicKey, generateKeyPairSync, sign as rawSign, constants } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { CompactEncrypt, CompactSign, FlattenedSign, SignJWT, exportJWK, generateKeyPair } from "jose";

let input = "";
for await (const chunk of process.stdin) input += chunk;
const { issuer, audience, now } = JSON.parse(input);

const b64 = (value) => Buffer.from(value).toString("base64url");
const json = (value) => b64(JSON.stringify(value));
const keys = {
  RS256: await generateKeyPair("RS256", { extractable: true }),
  PS256: await generateKeyPair("PS256", { extractable: true }),
  ES256: await generateKeyPair("ES256", { extractable: true }),
  ES384: await generateKeyPair("ES384", { extractable: true }),
  EdDSA: await generateKeyPair("EdDSA", { extractable: true }),
  enc: await generateKeyPair("RS256", { extractable: true }),
};
const attacker = await generateKeyPair("RS256", { extractable: true });
const attackerEc = await generateKeyPair("ES256", { extractable: true });
const secret = Buffer.alloc(32, 7);
const jwk = async (kid, extra) => ({ ...(await exportJWK(keys[kid].publicKey)), kid, ...extra });
const jwks = {
  keys: [
    await jwk("RS256", { use: "sig" }), // without alg: bound to RS256
    await jwk("PS256", { use: "sig", alg: "PS256" }),
    await jwk("ES256", { use: "sig", alg: "ES256" }),
    await jwk("ES384", { use: "sig", alg: "ES384" }),
    await jwk("EdDSA", { use: "sig", alg: "EdDSA" }),
    await jwk("enc", { use: "enc", alg: "RS256" }),
    { kty: "oct", kid: "oct", alg: "HS256", k: b64(secret) },
  ],
};
const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
const weakJwks = { keys: [{ ...weak.publicKey.export({ format: "jwk" }), kid: "weak", alg: "RS256" }] };

const claims = { iss: issuer, aud: audience, sub: "repo:octo-org/exports:environment:production", repository: "octo-org/exports", actor: "octocat", triggers: ["octocat"], scope: "ask read", iat: now, nbf: now, exp: now + 300 };
const without = (name) => Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
const mint = (payload = {}, header = {}, alg = "RS256", key = keys[alg].privateKey) =>
  new CompactSign(Buffer.from(typeof payload === "string" || Buffer.isBuffer(payload) ? payload : JSON.stringify({ ...claims, ...payload })))
    .setProtectedHeader({ alg, kid: alg, typ: "JWT", ...header }).sign(key);
const mintOnly = (payload, alg = "RS256") => new SignJWT(payload).setProtectedHeader({ alg, kid: alg, typ: "JWT" }).sign(keys[alg].privateKey);
// Signed by hand, where jose refuses to.
const byHand = (header, payload, key = keys.RS256.privateKey) => {
  const signingInput = `${typeof header === "string" ? b64(header) : json(header)}.${typeof payload === "string" || Buffer.isBuffer(payload) ? b64(payload) : json(payload)}`;
  return `${signingInput}.${rawSign("sha256", Buffer.from(signingInput), KeyObject.from(key)).toString("base64url")}`;
};
const publicPem = createPublicKey({ key: await exportJWK(keys.RS256.publicKey), format: "jwk" }).export({ type: "spki", format: "pem" });
const hmac = (header, key) => { const text = `${json(header)}.${json(claims)}`; return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`; };
const parts = (token) => token.split(".");
const es256 = (signature) => { const text = `${json({ alg: "ES256", kid: "ES256", typ: "JWT" })}.${json(claims)}`; return `${text}.${(typeof signature === "function" ? signature(text) : signature).toString("base64url")}`; };
const order = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");

const good = {
  RS256: await mint(), PS256: await mint({}, {}, "PS256"), ES256: await mint({}, {}, "ES256"), ES384: await mint({}, {}, "ES384"),
  "typ at+jwt": await mint({}, { typ: "at+jwt" }), "typ application/at+jwt": await mint({}, { typ: "application/at+jwt" }), "no typ": await mint({}, { typ: undefined }),
  "aud array": await mint({ aud: [audience] }),
  "within the clock skew": await mint({ iat: now + 30, nbf: now + 30, exp: now - 30 }),
  "jku beside a good signature": await mint({}, { jku: "https://attacker.example/jwks.json" }),
};

const truncated = await mint();
const spareBits = (text) => { const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"; return text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1)) + 1]; };
const canonical = await mint();
const hostile = {
  "none": `${json({ alg: "none" })}.${json(claims)}.`,
  "none with a signature": `${json({ alg: "none", kid: "RS256" })}.${json(claims)}.${parts(truncated)[2]}`,
  "nOnE": `${json({ alg: "nOnE", kid: "RS256" })}.${json(claims)}.`,
  "alg missing": byHand({ kid: "RS256" }, claims),
  "alg array": byHand({ alg: ["RS256"], kid: "RS256" }, claims),
  "HS256 with the public key as PEM": hmac({ alg: "HS256", kid: "RS256" }, publicPem),
  "HS256 with the modulus": hmac({ alg: "HS256", kid: "RS256" }, Buffer.from(jwks.keys[0].n, "base64url")),
  "HS256 with a published secret": hmac({ alg: "HS256", kid: "oct" }, secret),
  "EdDSA": await mint({}, {}, "EdDSA"),
  "PS256 by a key for RS256": byHandPss({ alg: "PS256", kid: "RS256", typ: "JWT" }),
  "RS256 by a key for PS256": byHand({ alg: "RS256", kid: "PS256", typ: "JWT" }, claims, keys.PS256.privateKey),
  "ES256 by a key on P-384": `${json({ alg: "ES256", kid: "ES384" })}.${json(claims)}.${Buffer.alloc(64, 1).toString("base64url")}`,
  "a key for encryption": await mint({}, { kid: "enc" }, "RS256", keys.enc.privateKey),
  "kid as a path": await mint({}, { kid: "../../../../../../dev/null" }),
  "kid as SQL": await mint({}, { kid: "x' UNION SELECT 'secret' --" }),
  "kid as a URL": await mint({}, { kid: "https://attacker.example/key" }),
  "kid with NUL": await mint({}, { kid: "RS256\u0000x" }),
  "kid as a number": byHand({ alg: "RS256", kid: 1 }, claims),
  "kid missing": byHand({ alg: "RS256" }, claims),
  "jwk in the header": await mint({}, { jwk: await exportJWK(attacker.publicKey) }, "RS256", attacker.privateKey),
  "jku in the header": await mint({}, { jku: "http://127.0.0.1:1/jwks.json" }, "RS256", attacker.privateKey),
  "x5u in the header": await mint({}, { x5u: "http://127.0.0.1:1/cert.pem" }, "RS256", attacker.privateKey),
  "x5c in the header": await mint({}, { x5c: ["MIIB"] }, "RS256", attacker.privateKey),
  "another's key under this kid": await mint({}, {}, "ES256", attackerEc.privateKey),
  "crit unknown": byHand({ alg: "RS256", kid: "RS256", crit: ["x-unknown"], "x-unknown": 1 }, claims),
  "crit empty": byHand({ alg: "RS256", kid: "RS256", crit: [] }, claims),
  "b64 false": (() => { const header = json({ alg: "RS256", kid: "RS256", b64: false, crit: ["b64"] }); const payload = JSON.stringify(claims); return `${header}.${b64(payload)}.${rawSign("sha256", Buffer.from(`${header}.${payload}`), KeyObject.from(keys.RS256.privateKey)).toString("base64url")}`; })(),
  "b64 false without crit": byHand({ alg: "RS256", kid: "RS256", b64: false }, claims),
  "deflated": byHand({ alg: "RS256", kid: "RS256", zip: "DEF" }, deflateRawSync(JSON.stringify(claims))),
  "typ logout+jwt": await mint({}, { typ: "logout+jwt" }), "typ secevent+jwt": await mint({}, { typ: "secevent+jwt" }), "typ dpop+jwt": await mint({}, { typ: "dpop+jwt" }),
  "typ approvals-release+jwt": await mint({}, { typ: "approvals-release+jwt" }), "typ number": byHand({ alg: "RS256", kid: "RS256", typ: 7 }, claims),
  "claim twice": byHand({ alg: "RS256", kid: "RS256" }, JSON.stringify(claims).replace("{", `{"sub":"admin",`)),
  "claim twice by an escape": byHand({ alg: "RS256", kid: "RS256" }, JSON.stringify(claims).replace("{", `{"s\\u0075b":"admin",`)),
  "header twice": byHand(`{"alg":"none","alg":"RS256","kid":"RS256"}`, claims),
  "nested token": byHand({ alg: "RS256", kid: "RS256", cty: "JWT" }, await mint()),
  "payload array": byHand({ alg: "RS256", kid: "RS256" }, [claims]),
  "payload empty": byHand({ alg: "RS256", kid: "RS256" }, ""),
  "payload too deep": byHand({ alg: "RS256", kid: "RS256" }, JSON.stringify(claims).replace("{", `{"x":${"[".repeat(80)}${"]".repeat(80)},`)),
  "expired": await mint({ exp: now - 61 }), "not yet valid": await mint({ nbf: now + 120 }), "issued in the future": await mint({ iat: now + 120 }),
  "exp missing": await mintOnly(without("exp")), "exp as text": byHand({ alg: "RS256", kid: "RS256" }, { ...claims, exp: String(now + 300) }),
  "exp negative": await mint({ exp: -1 }), "exp beyond time": await mint({ exp: 1e300 }), "exp null": await mint({ exp: null }),
  "aud another": await mint({ aud: "https://other.example" }), "aud among others": await mint({ aud: [audience, "https://other.example"] }),
  "aud missing": await mintOnly(without("aud")), "aud empty": await mint({ aud: [] }), "aud number": await mint({ aud: 7 }), "aud prefix": await mint({ aud: audience + "/" }), "aud case": await mint({ aud: audience.toUpperCase() }),
  "iss with a slash": await mint({ iss: issuer + "/" }), "iss in capitals": await mint({ iss: issuer.toUpperCase() }), "iss homograph": await mint({ iss: issuer.replace("c", "\u0441").replace("a", "\u0430") + "\u2024" }),
  "iss with NUL": await mint({ iss: issuer + "\u0000" }), "iss missing": await mintOnly(without("iss")), "iss array": byHand({ alg: "RS256", kid: "RS256" }, { ...claims, iss: [issuer] }),
  "ES256 in DER": es256((text) => rawSign("sha256", Buffer.from(text), KeyObject.from(keys.ES256.privateKey))),
  "ES256 of zeros": es256(Buffer.alloc(64)), "ES256 with r of the order": es256(Buffer.concat([order, order])), "ES256 with s zero": es256(Buffer.concat([Buffer.alloc(31), Buffer.from([1]), Buffer.alloc(32)])),
  "ES256 too short": es256(Buffer.alloc(63, 1)), "ES256 too long": es256(Buffer.alloc(65, 1)), "ES256 empty": es256(Buffer.alloc(0)),
  "signature cut": truncated.slice(0, -10), "payload cut": `${parts(truncated)[0]}.${parts(truncated)[1].slice(0, -8)}.${parts(truncated)[2]}`, "signature gone": parts(truncated).slice(0, 2).join("."), "only dots": "..", "one part": "eyJ",
  "payload exchanged": `${parts(truncated)[0]}.${json({ ...claims, sub: "admin" })}.${parts(truncated)[2]}`,
  "huge": await mint({ padding: "x".repeat(20000) }),
  "encrypted": await new CompactEncrypt(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM", kid: "enc" }).encrypt(createPublicKey({ key: await exportJWK(keys.enc.publicKey), format: "jwk" })),
  "JSON serialization": JSON.stringify(await new FlattenedSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg: "RS256", kid: "RS256" }).sign(keys.RS256.privateKey)),
  "NUL inside": canonical.slice(0, 20) + "\u0000" + canonical.slice(20), "NUL behind": canonical + "\u0000", "newline behind": canonical + "\n", "space behind": canonical + " ",
  "fourth part": canonical + ".x", "dot behind": canonical + ".", "comma and another": `${canonical},${canonical}`,
  "not UTF-8": byHand({ alg: "RS256", kid: "RS256" }, Buffer.concat([Buffer.from(JSON.stringify(claims).slice(0, -1) + `,"name":"`), Buffer.from([0xc0, 0xaf]), Buffer.from(`"}`)])),
  "byte order mark": byHand({ alg: "RS256", kid: "RS256" }, "\ufeff" + JSON.stringify(claims)),
  "base64 padded": canonical + "==", "base64 of the other alphabet": byHandOther(), "base64 with spare bits": spareBits(canonical), "letters beyond ASCII": canonical.replace(/A/, "\u0410"),
  "sub with a control character": await mint({ sub: "admin\u0000x" }), "sub missing": await mintOnly(without("sub")), "sub a lone surrogate": byHand({ alg: "RS256", kid: "RS256" }, JSON.stringify(claims).replace("repo:octo-org/exports:environment:production", "\\ud800")),
  "claims of no rule": await mint({ repository: "octo-org/exports-evil" }), "claims in another case": await mint({ repository: "Octo-Org/exports" }),
};

function byHandPss(header) {
  const text = `${json(header)}.${json(claims)}`;
  return `${text}.${rawSign("sha256", Buffer.from(text), { key: KeyObject.from(keys.RS256.privateKey), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }).toString("base64url")}`;
}
function byHandOther() {
  // Signatures are random bytes: one of a few has a letter that the two alphabets spell differently.
  for (let i = 0; ; i++) {
    const token = byHand({ alg: "RS256", kid: "RS256", n: i }, claims);
    if (/[-_]/.test(parts(token)[2])) return [...parts(token).slice(0, 2), parts(token)[2].replaceAll("-", "+").replaceAll("_", "/")].join(".");
  }
}

process.stdout.write(JSON.stringify({ jwks, weakJwks, good, hostile }));
