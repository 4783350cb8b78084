// Asks nats-provisioner for credentials, or has them renewed. docs/provisioning.md says what goes over the wire, and
// why ("A requester in another language").
//
//   node requester.js access SERVER REQUESTER.creds NAME FILE.creds [KIND=TOKENFILE]
//   node requester.js renew SERVER FILE.creds [KIND=TOKENFILE]
//
// KIND=TOKENFILE is a proof of identity: oidc=token.jwt. Needs npm's nats 2.29, and Node 18 or newer.
'use strict';
const fs = require('node:fs');
const { randomBytes } = require('node:crypto');
const { connect, credsAuthenticator, nkeys } = require('nats');

const prefix = 'chat.req';
const attempts = 3;
const timeout = 5000;
const now = () => Math.floor(Date.now() / 1000);
const encode = (value) => Buffer.from(value).toString('base64url');

// ---- tokens and creds files

function sign(claims, key) {
  const signed = encode('{"typ":"JWT","alg":"ed25519-nkey"}') + '.' + encode(JSON.stringify(claims));
  return signed + '.' + encode(key.sign(Buffer.from(signed)));
}

// The claims of a token that the key named inside it has signed. Whether that key means anything is another question.
function read(token) {
  const [header, body, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url'));
  const genuine = nkeys.fromPublic(claims.iss)
    .verify(Buffer.from(header + '.' + body), Buffer.from(signature, 'base64url'));
  if (!genuine) throw new Error('a JWT was altered');
  return claims;
}

const accountOf = (user) => user.nats.issuer_account || user.iss;

function load(file) {
  const text = fs.readFileSync(file, 'utf8');
  const jwt = text.match(/-BEGIN NATS USER JWT-+\s+(\S+)/);
  const seed = text.match(/-BEGIN USER NKEY SEED-+\s+(SU\S+)/);
  if (!jwt || !seed) throw new Error(`${file}: not a creds file`);
  return { jwt: jwt[1], user: read(jwt[1]), key: nkeys.fromSeed(Buffer.from(seed[1])), text: Buffer.from(text) };
}

// Whole or not at all, and for nobody else's eyes.
function save(file, jwt, key) {
  const seed = Buffer.from(key.getSeed()).toString();
  const part = `${file}.${process.pid}`;
  fs.writeFileSync(part, `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n` +
    `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`, { mode: 0o600, flag: 'wx', flush: true });
  fs.renameSync(part, file);
}

// ---- a request, and what its reply is worth

function requestOf(what, key, name, fields, proof) {
  const [kind, file] = proof ? [proof.split('=', 1)[0], proof.slice(proof.indexOf('=') + 1)] : [];
  const identity = file && { kind, token: fs.readFileSync(file, 'utf8').trim() };
  return sign({
    iss: key.getPublicKey(), sub: key.getPublicKey(), aud: `${prefix}.${what}`, iat: now(), jti: encode(randomBytes(16)),
    name, nats: { type: `${what}_request`, version: 2, nonce: encode(randomBytes(16)), ...fields, identity },
  }, key);
}

// To the subject that says who asks; where nobody serves that, or it is not allowed, to the one that does not.
async function send(connection, what, asker, body) {
  try {
    return await patiently(() => connection.request(`${prefix}.${what}.${asker}`, body, { timeout }));
  } catch (error) {
    if (!['503', 'PERMISSIONS_VIOLATION'].includes(error.code)) throw error;
    return patiently(() => connection.request(`${prefix}.${what}`, body, { timeout }));
  }
}

// The reply may be lost when the name is taken already: the same key may ask again.
async function patiently(request) {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await request();
    } catch (error) {
      if (error.code !== 'TIMEOUT' || attempt === attempts) throw error;
    }
  }
}

function verify(reply, expected) {
  const grant = reply.json();
  if (grant.error) throw new Error(`${grant.error.reason}: ${grant.error.message}`);
  const user = read(grant.jwt);
  const must = (holds, what) => { if (!holds) throw new Error(`the reply is not to be believed: ${what}`); };
  must(user.sub === expected.key, 'it is for another key');
  must(user.name === expected.name, 'it is for another name');
  must(accountOf(user) === expected.account && grant.account === expected.account, 'it is for another account');
  must(grant.issuers.includes(user.iss), 'somebody else has signed it');
  must(user.exp > now() && !(user.nbf > now()) && user.exp === grant.expires, 'it is not in time');
  return grant;
}

async function ask(server, creds, what, key, name, fields, proof) {
  const asker = creds.user.sub;
  const connection = await connect({
    servers: server, authenticator: credsAuthenticator(creds.text), inboxPrefix: inboxOf(creds.user) });
  try {
    const reply = await send(connection, what, asker, requestOf(what, key, name, fields, proof));
    return verify(reply, { key: key.getPublicKey(), name, account: accountOf(creds.user) });
  } finally {
    await connection.close();
  }
}

// The private inbox, unless these credentials are only allowed another one.
function inboxOf(user) {
  const own = `_INBOX_.${user.sub}`;
  const allowed = user.nats.sub?.allow;
  return !allowed || allowed.includes(`${own}.>`) ? own : '_INBOX';
}

// ----

async function main([what, server, file, ...rest]) {
  const creds = load(file);
  if (what === 'renew') {
    const grant = await ask(server, creds, what, creds.key, creds.user.name, { jwt: creds.jwt }, rest[0]);
    save(file, grant.jwt, creds.key);
    return [file, grant];
  }
  const [name, out, proof] = rest;
  if (what !== 'access' || !out) throw new Error('usage: requester.js access|renew SERVER FILE.creds ...');
  if (fs.existsSync(out)) throw new Error(`${out} is there already; renew it`);
  const key = nkeys.createUser();
  const grant = await ask(server, creds, what, key, name, {}, proof);
  save(out, grant.jwt, key);
  return [out, grant];
}

const moment = (seconds) => new Date(seconds * 1000).toISOString();
main(process.argv.slice(2)).then(([file, grant]) => {
  console.error(`requester: ${file}: generation ${grant.generation}, until ${moment(grant.expires)}`);
  if (grant.renew_after) console.error(`requester: ${file}: to be renewed after ${moment(grant.renew_after)}`);
}, (error) => {
  console.error(`requester: ${error.message}`);
  process.exitCode = 1;
});
