import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type Provider from 'oidc-provider';
import * as client from 'openid-client';
import type { Tenant } from '../../tenants/tenant.ts';
import { visitor } from '../demo-clients.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createHeldArtifacts } from '../held-artifacts.ts';
import { type EndpointAnswer, post, refresh, userinfo } from '../plain-client.ts';
import { pollUntil } from '../poll.ts';
import { createRelyingParty, type RelyingParty, signIn } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const TENANTS = 8;
/** Fewer than the requests that are under way at once: what serves one is dropped beneath it. */
const POOL = 3;
const AT_ONCE = 8;
const API = 'https://api.shared.example';
const REDIRECT_URI = 'http://localhost:8080/callback';
/** Of every tenant: nothing but the tenant tells them apart. */
const WEB = { id: 'web', secret: 'a-secret-that-every-tenant-shares-with-the-others' };
const ALICE = { identifier: 'alice', password: 'the password of every alice' };

const slugOf = (n: number) => `crowd-${n}`;
const roleOf = (n: number) => `role-${n}`;

/** Everything a tenant gave one person and one machine. */
interface Given {
  readonly n: number;
  readonly issuer: string;
  readonly sub: string;
  readonly idToken: string;
  readonly opaque: string;
  readonly refreshToken: string;
  readonly jwts: readonly string[];
}

describe('many tenants in a pool that is too small for them', () => {
  let deployment: TestDeployment;
  let parties: readonly RelyingParty[];
  let loads = 0;
  const held = createHeldArtifacts();

  before(async () => {
    deployment = await startDeployment({
      env: { PROVIDER_POOL_SIZE: String(POOL) },
      withBackends: (backends) => ({
        ...backends,
        artifacts: held.wrap(backends.artifacts),
        keys: {
          ...backends.keys,
          load: (tenantId) => {
            loads += 1;
            return backends.keys.load(tenantId);
          },
        },
      }),
    });
    await seedMore(deployment, ...Array.from({ length: TENANTS }, (_, n) => tenantSeed(n)));
    // Their first requests make their keys, too.
    parties = await inTurns(TENANTS, (n) =>
      createRelyingParty({
        issuer: `${deployment.publicUrl}/t/${slugOf(n)}`,
        clientId: WEB.id,
        secret: WEB.secret,
        redirectUri: REDIRECT_URI,
        scope: 'openid roles',
      }),
    );
  });
  after(() => deployment.stop());

  const pool = () => {
    const providers = deployment.replicas[0]?.gatehouse.providers;
    if (providers === undefined) throw new Error('no replica');
    return providers;
  };
  const party = (n: number): RelyingParty => {
    const found = parties[n];
    if (found === undefined) throw new Error(`no party ${n}`);
    return found;
  };
  const tenant = async (n: number): Promise<Tenant> => {
    const found = await deployment.backends.tenants.findBySlug(slugOf(n));
    if (found === undefined) throw new Error(`no tenant ${n}`);
    return found;
  };

  /** A sign-in, a refresh and a machine's token, each verified against what discovery names. */
  async function everythingOf(n: number): Promise<Given> {
    const own = party(n);
    const tokens = await signIn(visitor(deployment), own, ALICE, {
      scope: 'openid roles offline_access',
      prompt: 'consent',
      resource: API,
    });
    const refreshed = await own.refresh(tokens.refresh_token ?? '');
    const machine = await client.clientCredentialsGrant(own.config, { resource: API });
    const idToken = refreshed.id_token ?? '';
    const { sub = '' } = await own.verify(idToken, WEB.id);
    for (const jwt of [tokens.access_token, machine.access_token]) await own.verify(jwt, API);
    return {
      n,
      issuer: own.issuer,
      sub,
      idToken,
      opaque: refreshed.access_token,
      refreshToken: refreshed.refresh_token ?? '',
      jwts: [tokens.access_token, machine.access_token],
    };
  }

  it('gives every token the issuer, key, person and roles of its own tenant', async () => {
    const before = loads;
    const given = await inTurns(2 * TENANTS, (turn) => everythingOf(turn % TENANTS));
    assert.ok(pool().size() <= POOL, `${pool().size()} Providers`);
    assert.ok(loads - before > 2 * TENANTS, `${loads - before} Providers were built`);

    const kids = await inTurns(TENANTS, (n) => publishedKids(party(n).issuer));
    assert.equal(new Set(kids.flat()).size, kids.flat().length, 'no two tenants share a key');
    for (const { n, issuer, sub, idToken, jwts } of given) {
      const { accounts } = deployment.backends;
      const found = await accounts.findByIdentifier((await tenant(n)).id, ALICE.identifier);
      assert.equal(sub, found?.account.id);
      for (const jwt of [idToken, ...jwts]) {
        const claims = decodeJwt(jwt);
        assert.ok(kids[n]?.includes(String(decodeProtectedHeader(jwt).kid)));
        assert.equal(claims.iss, issuer);
        assert.deepEqual(claims.roles, [roleOf(n)]);
      }
      for (const jwt of jwts) assert.equal(decodeJwt(jwt).tenant, slugOf(n));
    }
    assert.equal(new Set(given.map(({ sub }) => sub)).size, TENANTS);
  });

  it('has every token of one tenant refused by all the others', async () => {
    const given = await inTurns(TENANTS, everythingOf);
    const pairs = given.flatMap((theirs) =>
      given.filter(({ n }) => n !== theirs.n).map(({ issuer }) => ({ issuer, theirs })),
    );
    await inTurns(pairs.length, async (at) => {
      const { issuer, theirs } = pairs[at] ?? assert.fail('no such pair');
      const inactive = { status: 200, json: { active: false } };
      for (const token of [theirs.opaque, theirs.refreshToken, ...theirs.jwts]) {
        assert.deepEqual(
          outcomeOf(await post(`${issuer}/token/introspection`, { token }, WEB)),
          inactive,
        );
      }
      assert.equal((await userinfo(issuer, theirs.opaque)).status, 401);
      const refused = await refresh(issuer, theirs.refreshToken, WEB);
      assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_grant']);
      await post(`${issuer}/token/revocation`, { token: theirs.opaque }, WEB);
    });
    // Nothing that the others tried took anything away at home.
    await inTurns(TENANTS, async (n) => {
      const { issuer, opaque, refreshToken } = given[n] ?? assert.fail('no such tenant');
      assert.equal((await userinfo(issuer, opaque)).status, 200);
      assert.equal((await refresh(issuer, refreshToken, WEB)).status, 200);
    });
  });

  it('finishes a request on the Provider that was dropped beneath it', async () => {
    const own = party(0);
    const before = await pool().providerForTenant(await tenant(0));
    const holding = held.hold('save', 'RefreshToken');
    const inFlight = signIn(visitor(deployment), own, ALICE, {
      scope: 'openid roles offline_access',
      prompt: 'consent',
    });
    await holding.reached;
    for (let n = 1; n <= POOL; n += 1) await pool().providerForTenant(await tenant(n));
    const since = await pool().providerForTenant(await tenant(0));
    assert.notEqual(since, before);
    holding.release();
    const tokens = await inFlight;
    assert.deepEqual((await own.verify(tokens.id_token ?? '', WEB.id)).roles, [roleOf(0)]);
    assert.ok((await own.refresh(tokens.refresh_token ?? '')).access_token);
  });

  it('keeps nothing of a Provider that it dropped, whatever it had served', async () => {
    const served: WeakRef<Provider>[] = [];
    for (let n = 0; n < TENANTS; n += 1) {
      served.push(new WeakRef(await pool().providerForTenant(await tenant(n))));
      await everythingOf(n);
    }
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const left = await pollUntil(
      () => {
        collectGarbage();
        const alive = served.filter((one) => one.deref() !== undefined).length;
        return alive <= POOL && alive;
      },
      { deadlineMs: 10_000, everyMs: 100 },
    );
    assert.equal(left, POOL, 'those in the pool are alive, or nothing was shown');
  });
});

function tenantSeed(n: number) {
  return {
    slug: slugOf(n),
    name: `Crowd ${n}`,
    applications: [
      {
        key: 'shared',
        name: 'Shared',
        audience: API,
        roles: [{ key: roleOf(n), permissions: [] }],
        clients: [
          {
            client_id: WEB.id,
            client_secret: { value: WEB.secret },
            redirect_uris: [REDIRECT_URI],
            grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
            roles: [`shared:${roleOf(n)}`],
          },
        ],
      },
    ],
    accounts: [
      {
        username: ALICE.identifier,
        password: { value: ALICE.password },
        roles: [`shared:${roleOf(n)}`],
      },
    ],
  };
}

/** `count` pieces of work, a few at once; what they came to, in order. */
async function inTurns<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < count; n = next++) results[n] = await work(n);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function publishedKids(issuer: string): Promise<string[]> {
  const { keys } = await (await fetch(`${issuer}/jwks`)).json();
  return keys.map(({ kid }: { kid: string }) => kid);
}

function outcomeOf({ status, json }: EndpointAnswer) {
  return { status, json };
}
