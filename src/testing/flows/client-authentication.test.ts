import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as client from 'openid-client';
import { clientSecretDigest } from '../../applications/client-secret.ts';
import { cliContext } from '../../compose-cli.ts';
import { closeServer } from '../../http/create-http-server.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { pollUntil } from '../poll.ts';
import { createRelyingParty } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';
import { silentLogger } from '../silent-logger.ts';

const SECRET = 'a-secret-of-forty-characters-for-clients';

describe('clients that prove themselves otherwise', () => {
  let deployment: TestDeployment;
  let keyServer: Server;
  let keys: CryptoKeyPair;
  let fetched = 0;

  before(async () => {
    deployment = await startDeployment();
    keys = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' };
    keyServer = createServer((_request, response) => {
      fetched += 1;
      response.setHeader('content-type', 'application/jwk-set+json');
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
    const { port } = keyServer.address() as AddressInfo;
    const machine = {
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    };
    const withKey = {
      ...machine,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
    };
    await seedMore(deployment, {
      slug: 'default',
      applications: [
        {
          key: 'machines',
          clients: [
            { ...withKey, client_id: 'with-jwks', jwks: { keys: [jwk] } },
            { ...withKey, client_id: 'with-jwks-uri', jwks_uri: `http://127.0.0.1:${port}/jwks` },
            { ...machine, client_id: 'with-secret', client_secret: { value: SECRET } },
          ],
        },
      ],
    });
  });
  after(async () => {
    await deployment.stop();
    await closeServer(keyServer);
  });

  const machineOf = (clientId: string, authentication: client.ClientAuth) =>
    createRelyingParty({
      issuer: deployment.publicUrl,
      clientId,
      authentication,
      redirectUri: 'http://localhost:1/none',
    });
  const byKey = (key: CryptoKey) => client.PrivateKeyJwt({ key, kid: 'k1' });

  it('sign an assertion with a key that they registered, by value or by address', async () => {
    for (const clientId of ['with-jwks', 'with-jwks-uri']) {
      const { config } = await machineOf(clientId, byKey(keys.privateKey));
      await client.clientCredentialsGrant(config);
      const tokens = await client.clientCredentialsGrant(config);
      const told = await client.tokenIntrospection(config, tokens.access_token);
      assert.equal(told.active, true);
      assert.equal(told.client_id, clientId);

      const stranger = await generateKeyPair('ES256');
      const forged = await machineOf(clientId, byKey(stranger.privateKey));
      await assert.rejects(client.clientCredentialsGrant(forged.config), {
        error: 'invalid_client',
      });
    }
    assert.ok(fetched >= 1);
  });

  it('cannot send the same assertion twice, nor one for somebody else', async () => {
    const { publicUrl } = deployment;
    const assertion = (claims: Record<string, unknown>) =>
      new SignJWT({ jti: crypto.randomUUID(), ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer('with-jwks')
        .setSubject('with-jwks')
        .setIssuedAt()
        .setExpirationTime('1m');
    const send = async (jwt: string) => {
      const response = await fetch(`${publicUrl}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'with-jwks',
          client_assertion: jwt,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        }),
      });
      await response.body?.cancel();
      return response.status;
    };
    const right = await assertion({}).setAudience(publicUrl).sign(keys.privateKey);
    assert.deepEqual([await send(right), await send(right)], [200, 401]);
    const elsewhere = assertion({}).setAudience(`${publicUrl}/t/acme`);
    assert.equal(await send(await elsewhere.sign(keys.privateKey)), 401);
    const nobody = await assertion({}).sign(keys.privateKey);
    assert.equal(await send(nobody), 401);
  });

  it('get an opaque token where there is no API to name', async () => {
    const { config } = await machineOf('with-secret', client.ClientSecretBasic(SECRET));
    const tokens = await client.clientCredentialsGrant(config);
    assert.doesNotMatch(tokens.access_token, /\./);
    const told = await client.tokenIntrospection(config, tokens.access_token);
    assert.equal(told.active, true);
    assert.equal(told.client_id, 'with-secret');
    assert.equal(told.sub, undefined);
    await client.tokenRevocation(config, tokens.access_token);
    const after = await client.tokenIntrospection(config, tokens.access_token);
    assert.deepEqual({ ...after }, { active: false });
  });

  it('may change their secret without an outage', async () => {
    const { backends, publicUrl } = deployment;
    const now = () => new Date();
    const context = cliContext({ backends, publicUrl, logger: silentLogger, now });
    const { clientSecretPepper } = await context.secrets();
    const tenant = await backends.tenants.findBySlug('default');
    assert.ok(tenant);
    const rotate = (secret: string, overlapMs: number) =>
      backends.applications.rotateClientSecret(
        tenant.id,
        'with-secret',
        clientSecretDigest(clientSecretPepper, secret),
        new Date(Date.now() + overlapMs),
      );
    const works = async (secret: string) => {
      const { config } = await machineOf('with-secret', client.ClientSecretPost(secret));
      return client.clientCredentialsGrant(config).then(
        () => true,
        (error: client.ResponseBodyError) => {
          assert.equal(error.error, 'invalid_client');
          return false;
        },
      );
    };
    const next = `${SECRET}-the-next`;
    assert.deepEqual([await works(SECRET), await works(next)], [true, false]);
    await rotate(next, 60_000);
    await pollUntil(() => works(next), { deadlineMs: 5_000, everyMs: 50 });
    assert.equal(await works(SECRET), true);
    // The next change ends the overlap: only the latest two work.
    const last = `${SECRET}-the-last`;
    await rotate(last, 0);
    await pollUntil(() => works(last), { deadlineMs: 5_000, everyMs: 50 });
    assert.deepEqual([await works(SECRET), await works(next)], [false, false]);
  });
});

it('a deployment that allows no outbound addresses fetches no keys from this machine', async () => {
  let fetched = 0;
  const keyServer = createServer((_request, response) => {
    fetched += 1;
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
  const { port } = keyServer.address() as AddressInfo;
  const deployment = await startDeployment({ env: { OUTBOUND_ALLOW: '' } });
  try {
    await seedMore(deployment, {
      slug: 'default',
      applications: [
        {
          key: 'machines',
          clients: [
            {
              client_id: 'curious',
              token_endpoint_auth_method: 'private_key_jwt',
              jwks_uri: `http://127.0.0.1:${port}/jwks`,
              grant_types: ['client_credentials'],
              redirect_uris: [],
              response_types: [],
            },
          ],
        },
      ],
    });
    const { privateKey } = await generateKeyPair('RS256');
    const { config } = await createRelyingParty({
      issuer: deployment.publicUrl,
      clientId: 'curious',
      authentication: client.PrivateKeyJwt(privateKey),
      redirectUri: 'http://localhost:1/none',
    });
    await assert.rejects(client.clientCredentialsGrant(config), {
      error: 'invalid_client',
    });
    assert.equal(fetched, 0);
  } finally {
    await deployment.stop();
    await closeServer(keyServer);
  }
});
