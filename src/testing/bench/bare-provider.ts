import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { interactionPolicy } from 'oidc-provider';

/**
 * The yardstick: `oidc-provider` with its own in-memory adapter, configured to answer the same
 * requests as the seeded Gatehouse, and nothing of ours.
 */
export async function startBareProvider(port: number): Promise<Server> {
  const issuer = `http://localhost:${port}`;
  const [rs256, es256] = await Promise.all([newKey('RS256'), newKey('ES256')]);
  const policy = interactionPolicy.base();
  policy.remove('consent');
  const shared = {
    client_secret: 'bench-secret-bench-secret-bench-secret',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris: ['http://localhost:9/callback'],
  };

  const provider = new Provider(issuer, {
    jwks: { keys: [rs256, es256] },
    cookies: { keys: ['bench'] },
    clients: [
      { ...shared, client_id: 'bench' },
      { ...shared, client_id: 'plain' },
    ],
    scopes: ['openid', 'offline_access', 'profile', 'email', 'roles'],
    claims: { openid: ['sub', 'roles'], email: ['email'], profile: ['name'] },
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        email: 'alice@bench.example',
        name: 'Alice',
        roles: ['user'],
      }),
    }),
    async loadExistingGrant(ctx) {
      const { client, session, account, requestParamOIDCScopes } = ctx.oidc;
      if (!client || !session || !account) return undefined;
      const held = session.grantIdFor(client.clientId);
      if (held !== undefined) return ctx.oidc.provider.Grant.find(held);
      const grant = new ctx.oidc.provider.Grant({
        accountId: account.accountId,
        clientId: client.clientId,
      });
      grant.addOIDCScope([...requestParamOIDCScopes].join(' '));
      await grant.save();
      return grant;
    },
    interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 600,
      ClientCredentials: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
      Interaction: 1800,
    },
    clientBasedCORS: () => false,
    extraTokenClaims: (_ctx, token) =>
      token.aud === undefined
        ? undefined
        : { tenant: 'default', roles: ['user'], permissions: ['bench:use'] },
    renderError: (ctx, out) => {
      ctx.body = out;
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => [],
        useGrantedResource: () => false,
        getResourceServerInfo: (_ctx, resource) => ({
          audience: resource,
          scope: 'bench:use',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: resource.endsWith('es256') ? 'ES256' : 'RS256' } },
        }),
      },
    },
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'alice' } });
    ctx.respond = false;
  });

  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

async function newKey(alg: string) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg };
}
