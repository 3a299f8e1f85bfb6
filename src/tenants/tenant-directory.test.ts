import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from './tenant.ts';
import { createTenantDirectory } from './tenant-directory.ts';

const tenant = (version: number, more: Partial<Tenant> = {}): Tenant => ({
  id: 'a',
  slug: 'acme',
  name: 'Acme',
  customIssuer: 'https://login.acme.example',
  settings: DEFAULT_TENANT_SETTINGS,
  version,
  disabled: false,
  ...more,
});

/** Tenants in memory that count their reads, and can hold one open after it has read. */
function setUp() {
  const store = {
    stored: [tenant(1), tenant(1, { id: 'b', slug: 'beta', customIssuer: undefined })],
    reads: [] as string[],
    held: undefined as Promise<void> | undefined,
    away: false,
    async read(name: string, found: Tenant | undefined) {
      this.reads.push(name);
      if (this.away) throw new StorageUnavailableError('postgres');
      await this.held;
      return found;
    },
    findBySlug(slug: string) {
      return this.read(
        slug,
        this.stored.find((one) => one.slug === slug),
      );
    },
    findByHost(host: string) {
      return this.read(
        host,
        this.stored.find((one) => one.customIssuer === `https://${host}`),
      );
    },
  };
  let ms = 1_000_000;
  const directory = createTenantDirectory({ tenants: store, now: () => new Date(ms) });
  return {
    store,
    directory,
    advance: (seconds: number) => {
      ms += seconds * 1000;
    },
  };
}

describe('the tenant directory', () => {
  it('asks once for a name that many ask for at once, and keeps it', async () => {
    const { store, directory } = setUp();
    const found = await Promise.all(Array.from({ length: 50 }, () => directory.bySlug('acme')));
    assert.ok(found.every((one) => one?.id === 'a'));
    assert.equal((await directory.byHost('login.acme.example'))?.id, 'a');
    await directory.bySlug('acme');
    assert.deepEqual(store.reads, ['acme', 'login.acme.example']);
  });

  it('does not take a slug for a host, or a host for a slug', async () => {
    const { directory } = setUp();
    assert.equal(await directory.byHost('acme'), undefined);
    assert.equal(await directory.bySlug('login.acme.example'), undefined);
    assert.equal((await directory.bySlug('acme'))?.id, 'a');
  });

  it('forgets a tenant under all its names, and no other', async () => {
    const { store, directory } = setUp();
    await directory.bySlug('acme');
    await directory.byHost('login.acme.example');
    await directory.bySlug('beta');
    store.stored[0] = tenant(2);
    directory.forget('a');
    assert.equal((await directory.bySlug('acme'))?.version, 2);
    assert.equal((await directory.byHost('login.acme.example'))?.version, 2);
    await directory.bySlug('beta');
    assert.deepEqual(store.reads.slice(3), ['acme', 'login.acme.example']);
  });

  it('reads again when a tenant is forgotten while it is being read', async () => {
    const { store, directory } = setUp();
    const gate = Promise.withResolvers<void>();
    store.held = gate.promise;
    const asked = directory.bySlug('acme');
    // The row was read; then it changes, and the change is announced before the read has ended.
    store.stored[0] = tenant(2);
    directory.forget('a');
    gate.resolve();
    assert.equal((await asked)?.version, 2);
    assert.equal((await directory.bySlug('acme'))?.version, 2);
    assert.deepEqual(store.reads, ['acme', 'acme']);
  });

  it('reads once what is being read while other tenants change', async () => {
    const { store, directory } = setUp();
    const gate = Promise.withResolvers<void>();
    store.held = gate.promise;
    const asked = directory.bySlug('acme');
    directory.forget('b');
    gate.resolve();
    assert.equal((await asked)?.id, 'a');
    await directory.bySlug('acme');
    assert.deepEqual(store.reads, ['acme']);
  });

  it('hears of more changes than it has room for, and misses none', async () => {
    const { store, directory } = setUp();
    await directory.bySlug('acme');
    store.stored[0] = tenant(2);
    directory.forget('a');
    for (let n = 0; n < 12_000; n += 1) directory.forget(`other-${n}`);
    assert.equal((await directory.bySlug('acme'))?.version, 2);
    for (let n = 0; n < 5_000; n += 1) directory.forget(`other-${n}`);
    await directory.bySlug('acme');
    assert.deepEqual(store.reads, ['acme', 'acme']);
  });

  it('remembers a name that nobody has for two seconds, or until a change', async () => {
    const { store, directory, advance } = setUp();
    for (let times = 0; times < 3; times += 1) {
      assert.equal(await directory.bySlug('gamma'), undefined);
    }
    assert.equal(store.reads.length, 1);
    advance(2.1);
    assert.equal(await directory.bySlug('gamma'), undefined);
    assert.equal(store.reads.length, 2);
    store.stored.push(tenant(1, { id: 'c', slug: 'gamma' }));
    directory.forget('c');
    assert.equal((await directory.bySlug('gamma'))?.id, 'c');
  });

  it('finds another tenant under the name of one that was disabled and is gone', async () => {
    const { store, directory } = setUp();
    store.stored[0] = tenant(1, { disabled: true });
    assert.equal((await directory.bySlug('acme'))?.disabled, true);
    store.stored[0] = tenant(1, { id: 'c' });
    directory.forget('c');
    assert.equal((await directory.bySlug('acme'))?.id, 'c');
  });

  it('trusts what it has for a minute when no change is announced', async () => {
    const { store, directory, advance } = setUp();
    await directory.bySlug('acme');
    store.stored[0] = tenant(2);
    advance(59);
    assert.equal((await directory.bySlug('acme'))?.version, 1);
    advance(2);
    assert.equal((await directory.bySlug('acme'))?.version, 2);
  });

  it('passes an outage on, and keeps nothing of it', async () => {
    const { store, directory } = setUp();
    store.away = true;
    await assert.rejects(directory.bySlug('acme'), StorageUnavailableError);
    store.away = false;
    assert.equal((await directory.bySlug('acme'))?.id, 'a');
  });

  it('keeps its tenants, however many names nobody has are asked for', async () => {
    const { store, directory } = setUp();
    await directory.bySlug('acme');
    await directory.byHost('login.acme.example');
    await Promise.all(Array.from({ length: 6000 }, (_, n) => directory.bySlug(`scan-${n}`)));
    for (let n = 0; n < 6000; n += 1) await directory.byHost(`scan-${n}.example`);
    store.reads.length = 0;
    await directory.bySlug('acme');
    await directory.byHost('login.acme.example');
    assert.deepEqual(store.reads, []);
  });

  it('asks for leave before it asks for a name that it does not know, and for no other', async () => {
    const { store, directory, advance } = setUp();
    const refusal = new Error('not now');
    let asked = 0;
    const refuse = () => {
      asked += 1;
      throw refusal;
    };
    const allow = () => {
      asked += 1;
    };
    await assert.rejects(directory.bySlug('acme', refuse), refusal);
    await assert.rejects(directory.byHost('scan.example', refuse), refusal);
    assert.deepEqual(store.reads, []);
    assert.equal((await directory.bySlug('acme', allow))?.id, 'a');
    assert.equal(await directory.bySlug('gamma', allow), undefined);
    assert.equal(asked, 4);

    // Known: from the cache, then read anew for its age, and for a change.
    await directory.bySlug('acme', refuse);
    assert.equal(await directory.bySlug('gamma', refuse), undefined);
    advance(61);
    await directory.bySlug('acme', refuse);
    directory.forget('a');
    await directory.bySlug('acme', refuse);
    assert.equal(asked, 4);
    await assert.rejects(directory.bySlug('gamma', refuse), refusal);

    // A tenant that is gone is a name like any other.
    store.stored.shift();
    directory.forget('a');
    assert.equal(await directory.bySlug('acme', refuse), undefined);
    advance(3);
    await assert.rejects(directory.bySlug('acme', refuse), refusal);
  });

  it('answers for more names at once than it has room for', async () => {
    const { store, directory } = setUp();
    const gate = Promise.withResolvers<void>();
    store.held = gate.promise;
    const honest = directory.bySlug('acme');
    const scanned = Array.from({ length: 12_000 }, (_, n) => directory.bySlug(`scan-${n}`));
    gate.resolve();
    assert.equal((await honest)?.id, 'a');
    assert.ok((await Promise.all(scanned)).every((one) => one === undefined));
  });
});
