import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import type { ApplicationStore } from '../applications/application-store.ts';
import {
  assignRole,
  insertAccount,
  insertApplication,
  insertClient,
  insertGroup,
  insertRole,
} from '../testing/fixtures.ts';
import {
  authorize,
  post,
  redeem,
  refresh,
  SECRET,
  secretDigest,
  userinfo,
  webClient,
} from '../testing/plain-client.ts';
import { addCast, LEDGER_API, NOTES_API, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';

const WEB = { id: 'web', secret: SECRET };
const QUIET_API = 'https://api.quiet.example';

let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
let tenantId: string;
/** Look-ups of an account's roles since it was emptied. */
const roleReads: string[] = [];

before(async () => {
  const count = (applications: Pick<ApplicationStore, 'rolesOfAccount'>) => ({
    rolesOfAccount(tenant: string, application: string, account: string) {
      roleReads.push(account);
      return applications.rolesOfAccount(tenant, application, account);
    },
  });
  world = await startProviderWorld({
    wrap: (deps) => ({
      ...deps,
      applications: { ...deps.applications, ...count(deps.applications) },
    }),
  });
  cast = await addCast(world);
  issuer = world.origin;
  tenantId = (await world.tenant()).id;
});
after(() => world.close());
beforeEach(() => {
  world.signsIn = cast.alice;
  roleReads.length = 0;
});

/** Tokens of whoever signs in, for an API when one is named. */
async function tokens(
  parameters: Record<string, string>,
  client = WEB,
): Promise<Record<string, unknown>> {
  const { code, error } = await authorize(world.browser(), issuer, client.id, parameters);
  assert.equal(error, undefined);
  const { resource } = parameters;
  const answer = await redeem(issuer, code, client, resource === undefined ? {} : { resource });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

async function accessClaims(parameters: Record<string, string>, client = WEB) {
  return decodeJwt(String((await tokens(parameters, client)).access_token));
}

describe('an access token for an API', () => {
  it('has the scopes that were allowed and that the roles of its person permit', async () => {
    world.signsIn = await insertAccount(world.db, tenantId);
    const parameters = { resource: NOTES_API, scope: 'openid notes:read notes:write' };
    assert.equal((await accessClaims(parameters)).scope, undefined);
    await assignRole(world.db, tenantId, cast.roles.reader, { accountId: world.signsIn });
    assert.equal((await accessClaims(parameters)).scope, 'notes:read');
  });

  it('is a JWT of RFC 9068 that the published keys verify', async () => {
    const { access_token: token, expires_in: seconds } = await tokens({
      resource: NOTES_API,
      scope: 'openid notes:read notes:write',
    });
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const { payload, protectedHeader } = await jwtVerify(String(token), keys, {
      issuer,
      audience: NOTES_API,
      typ: 'at+jwt',
      requiredClaims: ['iat', 'jti', 'client_id'],
    });
    assert.equal(protectedHeader.alg, 'RS256');
    assert.equal(payload.sub, cast.alice);
    assert.equal(payload.client_id, 'web');
    assert.equal(payload.scope, 'notes:read notes:write');
    assert.equal(payload.tenant, 'default');
    assert.equal(Number(payload.exp) - Number(payload.iat), 600);
    assert.equal(seconds, 600);
  });

  it('has the roles of the API’s application, and what they permit', async () => {
    const { roles, permissions } = await accessClaims({
      resource: NOTES_API,
      scope: 'openid notes:read',
    });
    assert.deepEqual(roles, ['editor']);
    assert.deepEqual(permissions, ['notes:read', 'notes:write']);
  });

  it('has no role of the client’s application when it is for another', async () => {
    const parameters = { resource: LEDGER_API, scope: 'openid roles ledger:write' };
    const { access_token: token, id_token: idToken } = await tokens(parameters);
    const { roles, permissions } = decodeJwt(String(token));
    assert.deepEqual([roles, permissions], [[], []]);
    assert.deepEqual(decodeJwt(String(idToken)).roles, ['editor'], 'the client has its own');
  });

  it('has the roles that came through a group, and is asked for them once', async () => {
    const carol = await insertAccount(world.db, tenantId);
    const group = await insertGroup(world.db, tenantId, { members: [carol] });
    await assignRole(world.db, tenantId, cast.roles.reader, { groupId: group });
    world.signsIn = carol;
    const parameters = { resource: NOTES_API, scope: 'openid roles notes:read' };
    const { code } = await authorize(world.browser(), issuer, 'web', parameters);
    roleReads.length = 0;
    const { json } = await redeem(issuer, code, WEB, { resource: NOTES_API });
    assert.deepEqual(decodeJwt(String(json.access_token)).roles, ['reader']);
    assert.deepEqual(decodeJwt(String(json.id_token)).roles, ['reader']);
    assert.deepEqual(roleReads, [carol]);
  });

  it('has no permissions when the application keeps them to itself', async () => {
    const quiet = await insertApplication(world.db, tenantId, {
      audience: QUIET_API,
      permissionsInToken: false,
    });
    const role = await insertRole(world.db, tenantId, quiet, { key: 'x', permissions: ['x:y'] });
    await assignRole(world.db, tenantId, role, { accountId: cast.alice });
    await world.touch();
    const claims = await accessClaims({ resource: QUIET_API, scope: 'openid x:y' });
    assert.deepEqual(claims.roles, ['x']);
    assert.equal('permissions' in claims, false);
  });

  it('names its grant in a way that is no grant id', async () => {
    const { gid, jti } = await accessClaims({ resource: NOTES_API, scope: 'openid notes:read' });
    assert.match(String(gid), /^[\w-]{43}$/);
    assert.notEqual(gid, jti);
    const grants = await world.db('artifacts').where({ model: 'Grant', key: gid });
    assert.equal(grants.length, 1);
  });

  it('has what changed since at the next refresh', async () => {
    const dora = await insertAccount(world.db, tenantId);
    world.signsIn = dora;
    const parameters = {
      resource: NOTES_API,
      scope: 'openid notes:read offline_access',
      prompt: 'consent',
    };
    const { refresh_token: token, access_token: first } = await tokens(parameters);
    assert.deepEqual(decodeJwt(String(first)).roles, []);
    await assignRole(world.db, tenantId, cast.roles.reader, { accountId: dora });
    const { json } = await refresh(issuer, token, WEB, { resource: NOTES_API });
    assert.deepEqual(decodeJwt(String(json.access_token)).roles, ['reader']);
  });

  it('lives as long, and is signed by, what client and tenant say', async () => {
    const application = await insertApplication(world.db, tenantId);
    await insertClient(world.db, tenantId, application, {
      clientId: 'brief',
      secretDigest: secretDigest(),
      metadata: webClient({ access_token_seconds: 45 }),
    });
    await world
      .db('tenants')
      .where({ id: tenantId })
      .update({ settings: JSON.stringify({ accessTokenAlgorithm: 'ES256' }) });
    await world.touch();
    const brief = { id: 'brief', secret: SECRET };
    const api = { resource: NOTES_API, scope: 'openid notes:read' };
    const { access_token: token, expires_in: seconds } = await tokens(api, brief);
    assert.equal(seconds, 45);
    assert.equal(decodeProtectedHeader(String(token)).alg, 'ES256');
    const { expires_in: other } = await tokens(api);
    assert.equal(other, 600);
  });
});

describe('an API that is not there', () => {
  it('is an invalid target, at whatever endpoint', async () => {
    const acmeOnly = 'https://api.acme.example';
    await insertApplication(world.db, cast.acme, { audience: acmeOnly });
    for (const resource of ['https://nobody.example', acmeOnly, `${NOTES_API}/`, 'urn:x:\u0000']) {
      const { error } = await authorize(world.browser(), issuer, 'web', {
        resource,
        scope: 'openid notes:read',
      });
      assert.equal(error, 'invalid_target', resource);
      const form = { grant_type: 'client_credentials', resource };
      const { status, json } = await post(`${issuer}/token`, form, WEB);
      assert.deepEqual([status, json.error], [400, 'invalid_target'], resource);
    }
  });

  it('cannot be had later than it was asked for', async () => {
    const { code } = await authorize(world.browser(), issuer, 'web', {
      resource: NOTES_API,
      scope: 'openid notes:read',
    });
    const { status, json } = await redeem(issuer, code, WEB, { resource: LEDGER_API });
    assert.deepEqual([status, json.error], [400, 'invalid_target']);
  });
});

describe('a token for no API', () => {
  it('is opaque, and good for userinfo', async () => {
    const { access_token: token } = await tokens({ scope: 'openid roles email' });
    assert.match(String(token), /^[\w-]{43}$/);
    const { json } = await userinfo(issuer, token);
    assert.deepEqual(json, {
      sub: cast.alice,
      email: 'alice@example.com',
      email_verified: true,
      roles: ['editor'],
    });
  });

  it('of a request for several APIs is for one at a time', async () => {
    const both = new URLSearchParams([
      ['grant_type', 'client_credentials'],
      ['resource', NOTES_API],
      ['resource', LEDGER_API],
    ]);
    const { status, json } = await post(`${issuer}/token`, both, WEB);
    assert.deepEqual([status, json.error], [400, 'invalid_target']);
  });
});

describe('roles of a person', () => {
  it('are told only when the scope, or the claim, was granted', async () => {
    const without = await tokens({ scope: 'openid email' });
    assert.equal('roles' in decodeJwt(String(without.id_token)), false);
    assert.equal('roles' in (await userinfo(issuer, without.access_token)).json, false);

    const claims = JSON.stringify({ id_token: { roles: null } });
    const asked = await tokens({ scope: 'openid', claims });
    assert.deepEqual(decodeJwt(String(asked.id_token)).roles, ['editor']);

    const scoped = await tokens({ scope: 'openid roles' });
    assert.deepEqual(decodeJwt(String(scoped.id_token)).roles, ['editor']);
  });

  it('are none rather than missing', async () => {
    world.signsIn = cast.bob;
    const { id_token: token, access_token: access } = await tokens({ scope: 'openid roles' });
    assert.deepEqual(decodeJwt(String(token)).roles, []);
    assert.deepEqual((await userinfo(issuer, access)).json.roles, []);
  });
});

const introspect = (token: unknown, client: { id: string; secret: string }, at = issuer) =>
  post(`${at}/token/introspection`, { token: String(token) }, client);

async function machineToken(id = 'notes-api') {
  const scope = 'notes:read notes:write';
  const form = { grant_type: 'client_credentials', resource: NOTES_API, scope };
  const answer = await post(`${issuer}/token`, form, { id, secret: SECRET });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

describe('a machine', () => {
  it('gets the scopes that its roles permit, and no others', async () => {
    const { access_token: token, scope } = await machineToken();
    assert.equal(scope, 'notes:read');
    assert.equal(decodeJwt(String(token)).scope, 'notes:read');
    const { access_token: none } = await machineToken('ledger-api');
    const { scope: scopes, roles, permissions } = decodeJwt(String(none));
    assert.deepEqual([scopes, roles, permissions], [undefined, [], []]);
  });

  it('that names no resource gets a token for the API of its own application', async () => {
    const form = { grant_type: 'client_credentials' };
    const { json } = await post(`${issuer}/token`, form, { id: 'ledger-api', secret: SECRET });
    assert.equal(decodeJwt(String(json.access_token)).aud, LEDGER_API);
  });

  it('gets an opaque token that means nothing elsewhere when its application has no API', async () => {
    const payroll = { id: 'payroll-web', secret: SECRET };
    const form = { grant_type: 'client_credentials' };
    const { json, status, text } = await post(`${issuer}/token`, form, payroll);
    assert.equal(status, 200, text);
    assert.ok(!String(json.access_token).includes('.'));
    assert.equal((await introspect(json.access_token, payroll)).json.active, true);
    assert.deepEqual((await introspect(json.access_token, WEB)).json, { active: false });
    const elsewhere = await introspect(json.access_token, WEB, `${issuer}/t/acme`);
    assert.deepEqual(elsewhere.json, { active: false });
  });
});
