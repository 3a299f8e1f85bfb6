import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import { generateSigningKey } from '../keys/generate-signing-key.ts';
import type { KeySet } from '../keys/signing-key.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from '../tenants/tenant.ts';
import { createHeldArtifacts } from '../testing/held-artifacts.ts';
import { authorize, redeem, SECRET } from '../testing/plain-client.ts';
import { addCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import type { ProviderDeps } from './provider.ts';
import { createProviderPool } from './provider-for-tenant.ts';

const tenant = (id: string, version = 1): Tenant => ({
  id,
  slug: id,
  name: id,
  customIssuer: undefined,
  settings: DEFAULT_TENANT_SETTINGS,
  version,
  disabled: false,
});

/** Nothing is asked while a Provider is built but its keys. */
const untouched = new Proxy(
  {},
  { get: (_target, name) => assert.fail(`${String(name)} was asked for`) },
);

describe('the pool of Providers', () => {
  let keys: KeySet['keys'];
  let loads: string[];
  let load: (tenant: Tenant) => Promise<void>;

  before(async () => {
    keys = await Promise.all(
      DEFAULT_TENANT_SETTINGS.signingAlgorithms.map(async (algorithm) => ({
        ...(await generateSigningKey(algorithm)),
        stage: 'active' as const,
        createdAt: new Date(),
        stageSince: new Date(),
        goneAt: undefined,
      })),
    );
  });
  beforeEach(() => {
    loads = [];
    load = async () => undefined;
  });

  const createPool = (poolSize = 10, cookieKeys: () => readonly string[] = () => ['a key']) =>
    createProviderPool({
      ...({
        artifacts: untouched,
        applications: untouched,
        accounts: untouched,
        grants: untouched,
        audit: untouched,
        pages: untouched,
        sealer: untouched,
      } as unknown as ProviderDeps),
      clientSecretPepper: 'pepper',
      cookieKeys,
      fetch: () => assert.fail('nothing is fetched'),
      logger: silentLogger,
      now: () => new Date(),
      tokenDeadlineMs: 4000,
      publicUrl: 'https://id.example',
      poolSize,
      async loadKeySet(of) {
        loads.push(`${of.id}@${of.version}`);
        await load(of);
        return { tenantId: of.id, version: 1, keys };
      },
    });

  it('builds one for many who ask at once', async () => {
    const pool = createPool();
    const providers = await Promise.all(
      Array.from({ length: 50 }, () => pool.providerForTenant(tenant('a'))),
    );
    assert.equal(new Set(providers).size, 1);
    assert.deepEqual(loads, ['a@1']);
    assert.equal(providers[0]?.issuer, 'https://id.example/t/a');
  });

  it('prints nothing while it builds', async (t) => {
    const printed: unknown[] = [];
    for (const name of ['log', 'info', 'warn', 'error'] as const) {
      t.mock.method(console, name, (...words: unknown[]) => printed.push(words));
    }
    await createPool().providerForTenant(tenant('a'));
    assert.deepEqual(printed, []);
  });

  it('builds each tenant its own', async () => {
    const pool = createPool();
    const [a, b] = await Promise.all([
      pool.providerForTenant(tenant('a')),
      pool.providerForTenant(tenant('b')),
    ]);
    assert.notEqual(a, b);
    assert.equal(pool.size(), 2);
  });

  it('fails with everyone who waited for it, and tries again for the next', async () => {
    const pool = createPool();
    load = () => Promise.reject(new StorageUnavailableError('postgres'));
    const asked = Array.from({ length: 5 }, () => pool.providerForTenant(tenant('a')));
    for (const { status } of await Promise.allSettled(asked)) assert.equal(status, 'rejected');
    assert.equal(loads.length, 1);
    assert.equal(pool.size(), 0);
    load = async () => undefined;
    await pool.providerForTenant(tenant('a'));
    assert.equal(loads.length, 2);
  });

  it('moves forward only: who still has the tenant as it was gets the newer one', async () => {
    const pool = createPool();
    const first = await pool.providerForTenant(tenant('a', 1));
    const second = await pool.providerForTenant(tenant('a', 2));
    assert.notEqual(first, second);
    assert.equal(await pool.providerForTenant(tenant('a', 1)), second);
    assert.equal(await pool.providerForTenant(tenant('a', 2)), second);
    assert.deepEqual(loads, ['a@1', 'a@2']);
    assert.equal(pool.size(), 1);
  });

  it('lets a slow build of the old not replace the new, nor its failure take it away', async () => {
    for (const fails of [false, true]) {
      const pool = createPool();
      const gate = Promise.withResolvers<void>();
      load = ({ version }) => (version === 1 ? gate.promise : Promise.resolve());
      const slow = pool.providerForTenant(tenant('a', 1));
      const current = await pool.providerForTenant(tenant('a', 2));
      if (fails) {
        gate.reject(new StorageUnavailableError('postgres'));
        await assert.rejects(slow);
      } else {
        gate.resolve();
        assert.notEqual(await slow, current);
      }
      assert.equal(await pool.providerForTenant(tenant('a', 2)), current);
    }
  });

  it('keeps as many as it may, and drops who was not asked for longest', async () => {
    const pool = createPool(2);
    const a = await pool.providerForTenant(tenant('a'));
    await pool.providerForTenant(tenant('b'));
    assert.equal(await pool.providerForTenant(tenant('a')), a);
    await pool.providerForTenant(tenant('c'));
    assert.equal(pool.size(), 2);
    assert.equal(await pool.providerForTenant(tenant('a')), a);
    await pool.providerForTenant(tenant('b'));
    assert.deepEqual(loads, ['a@1', 'b@1', 'c@1', 'b@1']);
  });

  it('builds all anew that was retired, with the cookie keys of then', async () => {
    let cookieKeys = ['old'];
    const pool = createPool(10, () => cookieKeys);
    const a = await pool.providerForTenant(tenant('a'));
    const b = await pool.providerForTenant(tenant('b'));
    cookieKeys = ['new', 'old'];
    pool.retireAll();
    assert.equal(pool.size(), 0);
    assert.notEqual(await pool.providerForTenant(tenant('a')), a);
    const rebuilt = await pool.providerForTenant(tenant('b'));
    assert.notEqual(rebuilt, b);
    assert.deepEqual([b.keys, rebuilt.keys], [['old'], ['new', 'old']]);
  });

  it('does not answer with what was retired while it was being built', async () => {
    const pool = createPool();
    const gate = Promise.withResolvers<void>();
    load = () => gate.promise;
    const before = pool.providerForTenant(tenant('a'));
    pool.retireAll();
    const since = pool.providerForTenant(tenant('a'));
    gate.resolve();
    assert.notEqual(await before, await since);
    assert.equal(await pool.providerForTenant(tenant('a')), await since);
  });
});

describe('a request in flight while its tenant changes', () => {
  let world: ProviderWorld;
  const held = createHeldArtifacts();

  before(async () => {
    world = await startProviderWorld({
      wrap: (deps) => ({ ...deps, artifacts: held.wrap(deps.artifacts) }),
    });
    await addCast(world);
  });
  after(() => world.close());

  it('finishes on the Provider that it began on, while others get the new one', async () => {
    const web = { id: 'web', secret: SECRET };
    const { code } = await authorize(world.browser(), world.origin, 'web');
    const holding = held.hold('save', 'RefreshToken');
    const inFlight = redeem(world.origin, code, web);
    await holding.reached;

    const old = await world.pool.providerForTenant(await world.tenant());
    const { id } = await world.tenant();
    await world.db('clients').where({ tenant_id: id, client_id: 'ledger-web' }).delete();
    await world.touch();
    const { code: later } = await authorize(world.browser(), world.origin, 'web');
    assert.equal((await redeem(world.origin, later, web)).status, 200);
    assert.notEqual(await world.pool.providerForTenant(await world.tenant()), old);

    holding.release();
    const answer = await inFlight;
    assert.equal(answer.status, 200, answer.text);
    assert.equal(typeof answer.json.id_token, 'string');
  });
});
