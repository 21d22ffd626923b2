/**
 * A real OpenID provider on loopback whose one person is always signed in already.
 *
 * `node identity_provider.mjs PORT` prints `ready` once it listens.  The test says by `PUT /test`
 * who that person is (`claims`), and what the provider does wrong (`tamper`: a name below).
 */
import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
const state = { claims: {}, tamper: null };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'kreislotse',
      client_secret: 'only-for-tests',
      application_type: 'native', // whose loopback addresses may have any port (RFC 8252)
      redirect_uris: ['http://127.0.0.1/api/v1/openid/callback'],
    },
  ],
  jwks: { keys: [{ ...keys.privateKey.export({ format: 'jwk' }), kid: 'test', alg: 'RS256', use: 'sig' }] },
  cookies: { keys: ['only-for-tests'] },
  claims: { openid: ['sub', 'kreislotse_roles'], profile: ['name', 'preferred_username'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ ...state.claims, sub: id }) }),
  // nobody is asked whether the county may know her name
  loadExistingGrant: async (ctx) => {
    const { client, session } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
});

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function signed(header, payload, key) {
  const content = `${part(header)}.${part(payload)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key, 'base64url')}`;
}

/** What a provider, or somebody in its place, could give instead of a right ID token. */
const WRONG = {
  none: (header, payload) => `${part({ ...header, alg: 'none' })}.${part(payload)}.`,
  foreign_key: (header, payload) => signed(header, payload, foreign.privateKey),
  foreign_issuer: (header, payload) =>
    signed(header, { ...payload, iss: 'http://elsewhere.example' }, keys.privateKey),
  foreign_client: (header, payload) => signed(header, { ...payload, aud: 'another' }, keys.privateKey),
  wrong_nonce: (header, payload) => signed(header, { ...payload, nonce: 'another' }, keys.privateKey),
  expired: (header, payload) =>
    signed(header, { ...payload, exp: Math.floor(Date.now() / 1000) - 600 }, keys.privateKey),
};

provider.use(async (ctx, next) => {
  await next();
  if (ctx.path === '/token' && ctx.body?.id_token && state.tamper in WRONG) {
    const [header, payload] = ctx.body.id_token.split('.', 2).map((text) => JSON.parse(Buffer.from(text, 'base64url')));
    ctx.body.id_token = WRONG[state.tamper](header, payload);
  }
  if (ctx.path === '/.well-known/openid-configuration' && state.tamper === 'other_provider') {
    ctx.body = { ...ctx.body, issuer: 'http://elsewhere.example' };
  }
});

async function instructed(request, response) {
  let text = '';
  for await (const chunk of request) text += chunk;
  Object.assign(state, { claims: {}, tamper: null }, JSON.parse(text));
  response.writeHead(204).end();
}

const answer = provider.callback();
createServer(async (request, response) => {
  if (request.method === 'PUT' && request.url === '/test') return instructed(request, response);
  if (request.url.startsWith('/interaction/')) {
    const login = { accountId: state.claims.sub };
    return provider.interactionFinished(request, response, { login, consent: {} });
  }
  return answer(request, response);
}).listen(port, '127.0.0.1', () => console.log('ready'));
