// A certified OpenID provider on a free port of loopback, over TLS: node issuer.mjs MODULES CERTIFICATE KEY
// Clients that are programs get access tokens as JWTs for the audience `nats`, signed by the algorithm that they name as
// `resource`: urn:nats:ES256. Those of `played` have the claims that docs/identities.md names. People log in to the
// public client `nats-cli` by a code, under whatever name and password they like: the provider's own pages for
// development are where they do.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, certificate, key] = process.argv.slice(2);
const { default: Provider } = await import(
  pathToFileURL(createRequire(modules + '/package.json').resolve('oidc-provider')));

const jwk = (kid, alg, type, options) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' });
const keys = [
  jwk('r', 'RS256', 'rsa', { modulusLength: 2048 }),
  jwk('p', 'PS256', 'rsa', { modulusLength: 2048 }),
  jwk('e', 'ES256', 'ec', { namedCurve: 'P-256' }),
  jwk('f', 'ES384', 'ec', { namedCurve: 'P-384' }),
  jwk('d', 'EdDSA', 'ed25519', {}),
];
const client = (id) => ({
  client_id: id, client_secret: 'secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
  token_endpoint_auth_method: id === 'orders' ? 'client_secret_post' : 'client_secret_basic' });

const played = {
  github: {
    sub: 'repo:acme/shop:ref:refs/heads/main', repository: 'acme/shop', repository_owner: 'acme', ref: 'refs/heads/main',
    event_name: 'push' },
  gitlab: {
    sub: 'project_path:acme/shop:ref_type:branch:ref:main', project_path: 'acme/shop', ref: 'main', ref_protected: 'true' },
  orders: { azp: 'orders', realm_access: { roles: ['offline_access', 'nats-service'] } },
  spire: { sub: 'spiffe://example.org/ns/shop/sa/web' },
};
const programs = ['ci', 'web', ...Object.keys(played)].map(client);

const people = {
  client_id: 'nats-cli', token_endpoint_auth_method: 'none', redirect_uris: [], response_types: [],
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] };

const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
server.listen(0, '127.0.0.1', () => {
  const issuer = `https://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [...programs, people],
    jwks: { keys },
    formats: { customizers: { jwt: (context, token, jwt) => { Object.assign(jwt.payload, played[token.clientId]); } } },
    findAccount: (context, id) => ({
      accountId: id, claims: () => ({ sub: id, preferred_username: id, realm_access: { roles: ['nats-user'] } }) }),
    claims: { openid: ['sub', 'preferred_username', 'realm_access'] },
    conformIdTokenClaims: false,
    issueRefreshToken: (context, asking) => asking.grantTypeAllowed('refresh_token'),
    features: {
      devInteractions: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (context, asking) => (asking.clientId in played ? 'urn:nats:RS256' : undefined),
        getResourceServerInfo: (context, resource) => ({
          scope: 'nats', audience: 'nats', accessTokenTTL: 600, accessTokenFormat: 'jwt',
          jwt: { sign: { alg: resource.split(':').pop() } } }),
      },
    },
  });
  server.on('request', provider.callback());
  console.log(`issuer ${issuer}`);
});
