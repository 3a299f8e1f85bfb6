import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { totpSealContext } from '../accounts/totp.ts';
import { resealDeps } from '../compose-reseal.ts';
import { createSealer, type Sealer, sealingKey } from '../crypto/sealing.ts';
import { resealRecords } from '../keys/reseal-records.ts';
import type { SealedKind, SealedRecordKey } from '../keys/sealed-record-store.ts';
import { originSealContext } from '../keys/tenant-origins.ts';
import { sealMail } from '../mail/mail-content.ts';
import {
  createPostgresSealedRecordStore,
  SEALED_COLUMNS,
} from '../storage/postgres/sealed-record-store.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { createTestCli } from '../testing/cli.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { defaultTenant, insertAccount, insertUpstreamProvider } from '../testing/fixtures.ts';
import { sealUpstreamSecret } from '../upstream/upstream-secret.ts';

const KINDS = Object.keys(SEALED_COLUMNS) as SealedKind[];
/** More than one page. */
const APPS = 250;
const SEED = 'JBSWY3DPEHPK3PXP';
const LETTER = { from: 'Acme', subject: 'A code', text: '482913', html: '<p>482913' };
const UNCHANGED = { moved: 0, left: 0, unreadable: 0, named: [] };

describe('gatehouse keys reseal', () => {
  const older = randomBytes(32);
  const newer = randomBytes(32);
  let database: TestDatabase;
  let tenantId: TenantId;
  afterEach(() => database.drop());

  /** A command line of a deployment that has these keys, the first first. */
  const cliWith = (...keys: readonly Buffer[]) =>
    createTestCli({
      databaseUrl: database.url,
      environment: {
        KEY_ENCRYPTION_KEYS: keys.map((key) => key.toString('base64')).join(','),
      },
    });
  const sealerOf = (...keys: readonly Buffer[]) => createSealer(keys.map(sealingKey));
  const table = (kind: SealedKind) => database.db(SEALED_COLUMNS[kind].table);

  /** Everything that can be sealed, under one key. */
  beforeEach(async () => {
    database = await createTestDatabase();
    tenantId = await defaultTenant(database.db);
    const cli = cliWith(older);
    await cli.json('keys', 'rotate');
    await cli.json('keys', 'rotate-cookies');
    const sealer = sealerOf(older);
    const key = await insertUpstreamProvider(database.db, tenantId);
    await table('upstream_secrets').update({
      sealed_client_secret: sealUpstreamSecret(sealer, tenantId, key, 'secret'),
    });
    await insertApps(sealer);
    const origin = '00000000-0000-4000-9000-000000000001';
    await table('tenant_origins').insert({
      tenant_id: tenantId,
      origin_id: origin,
      sealed_secrets: sealer.seal('{}', originSealContext(tenantId, origin)),
    });
    const id = '01890000-0000-7000-8000-000000000001';
    await table('mail').insert({
      tenant_id: tenantId,
      id,
      kind: 'sign_in_code',
      language: 'en',
      recipient: 'bob@acme.example',
      status: 'queued',
      next_attempt_at: new Date(),
      give_up_at: new Date('2099-01-01'),
      expires_at: new Date('2099-01-01'),
      created_at: new Date(),
      sealed_content: sealMail(sealer, tenantId, id, LETTER),
    });
  });

  async function insertApps(sealer: Sealer): Promise<void> {
    const rows = await Promise.all(
      Array.from({ length: APPS }, async (_, app) => {
        const id = `00000000-0000-4000-8000-${String(app).padStart(12, '0')}`;
        return {
          tenant_id: tenantId,
          id,
          account_id: await insertAccount(database.db, tenantId),
          state: 'active',
          sealed_seed: sealer.seal(SEED, totpSealContext(tenantId, id)),
        };
      }),
    );
    await table('totp_seeds').insert(rows);
  }

  /** Every plaintext, opened with these keys alone: what does not open throws. */
  async function opened(...keys: readonly Buffer[]): Promise<Record<string, string>> {
    const sealer = sealerOf(...keys);
    const records = createPostgresSealedRecordStore(database.db);
    const { contexts } = resealDeps({ db: database.db, sealer });
    const found: Record<string, string> = {};
    for (const kind of KINDS) {
      const all = { keyId: 'none', after: undefined, limit: 10_000 };
      for (const { key, sealed } of (await records.page(kind, all)).records) {
        found[`${kind} ${key.join(' ')}`] = sealer.open(sealed, contexts[kind](key));
      }
    }
    return found;
  }

  const report = (stdout: string): Record<string, { kind: string; [count: string]: unknown }> =>
    Object.fromEntries(
      JSON.parse(stdout).kinds.map(({ kind, ...counts }: { kind: string }) => [kind, counts]),
    );
  const everyKind = (counts: object) => Object.fromEntries(KINDS.map((kind) => [kind, counts]));

  async function numbers(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const kind of KINDS) counts[kind] = (await table(kind)).length;
    return counts;
  }

  it('moves everything to the first key, after which the other can be removed', async () => {
    const before = await opened(older);
    const counts = await numbers();
    assert.equal(counts.totp_seeds, APPS);
    assert.ok(KINDS.every((kind) => (counts[kind] ?? 0) > 0));

    const cli = cliWith(newer, older);
    const { code, stdout } = await cli.run('keys', 'reseal', '--json');
    assert.equal(code, 0);
    for (const kind of KINDS) {
      assert.deepEqual(report(stdout)[kind], { ...UNCHANGED, moved: counts[kind] }, kind);
    }
    assert.deepEqual(await opened(newer), before);
    await assert.rejects(opened(older));

    const [event, ...more] = await cli.json('audit', 'list', '--kind', 'keys.resealed');
    assert.deepEqual(more, []);
    assert.deepEqual(event.actor, { type: 'operator', id: 'tester' });
    assert.deepEqual(event.detail, { sealing_key: sealingKey(newer).id, ...counts });

    const alone = cliWith(newer);
    await alone.json('keys', 'rotate', '--force');
    const listed = await alone.json('keys', 'list');
    assert.ok(
      listed.every((key: { sealedUnder: string }) => key.sealedUnder === sealingKey(newer).id),
    );
    assert.equal((await alone.run('keys', 'rotate-cookies')).code, 1, 'one is on its way');
  });

  it('moves nothing the second time, and writes no event', async () => {
    const cli = cliWith(newer, older);
    await cli.json('keys', 'reseal');
    const moved = await opened(newer);
    const rows = await table('totp_seeds').orderBy('id');
    const { code, stdout } = await cli.run('keys', 'reseal', '--json');
    assert.equal(code, 0);
    assert.deepEqual(report(stdout), everyKind(UNCHANGED));
    assert.deepEqual(await opened(newer), moved);
    assert.deepEqual(await table('totp_seeds').orderBy('id'), rows);
    assert.equal((await cli.json('audit', 'list', '--kind', 'keys.resealed')).length, 1);
  });

  it('counts with --dry-run, changes nothing, and ends with exit code 2', async () => {
    const counts = await numbers();
    const cli = cliWith(newer, older);
    const { code, stdout } = await cli.run('keys', 'reseal', '--dry-run', '--json');
    assert.equal(code, 2);
    for (const kind of KINDS) {
      assert.deepEqual(report(stdout)[kind], { ...UNCHANGED, left: counts[kind] }, kind);
    }
    await opened(older);
    assert.deepEqual(await cli.json('audit', 'list', '--kind', 'keys.resealed'), []);
    const text = await cli.run('keys', 'reseal', '--dry-run');
    assert.match(text.stdout, new RegExp(`^authenticator apps +0 +${APPS} +0$`, 'm'));
    assert.match(text.stdout, /\nRun: gatehouse keys reseal, which moves them to key \S+\.\n$/);
  });

  it('says until when the older keys have to stay for what lives for minutes', async () => {
    const early = Date.now();
    const cli = cliWith(newer, older);
    const { stdout } = await cli.run('keys', 'reseal');
    const until = /keep the others until (\S+): /.exec(stdout)?.[1] ?? '';
    const minutes = (Date.parse(until) - early) / 60_000;
    assert.ok(minutes >= 30 && minutes < 31, until);
  });

  it('names what no key opens, leaves it as it is, and moves the rest', async () => {
    const counts = await numbers();
    const lost = randomBytes(32);
    const [first, second, third] = await table('totp_seeds').orderBy('id').limit(3);
    const context = totpSealContext(tenantId, first.id);
    const broken: Record<string, string> = {
      [first.id]: sealerOf(lost).seal(SEED, context),
      // Another row's, moved here.
      [second.id]: third.sealed_seed,
      // Nothing that a terminal should obey.
      [third.id]: `v1.\u001b[31m.${'A'.repeat(50)}`,
    };
    for (const [id, sealed] of Object.entries(broken)) {
      await table('totp_seeds').where({ id }).update({ sealed_seed: sealed });
    }
    const cli = cliWith(newer, older);
    const { code, stdout } = await cli.run('keys', 'reseal', '--json');
    assert.equal(code, 1);
    const key = (id: string) => [tenantId, id];
    assert.deepEqual(report(stdout).totp_seeds, {
      moved: APPS - 3,
      left: 0,
      unreadable: 3,
      named: [
        {
          key: key(first.id),
          reason: `sealed under key ${sealingKey(lost).id}, which KEY_ENCRYPTION_KEYS does not list`,
        },
        { key: key(second.id), reason: `the seal of totp_seed ${second.id} is broken` },
        {
          key: key(third.id),
          reason: 'sealed under key \u001b[31m, which KEY_ENCRYPTION_KEYS does not list',
        },
      ],
    });
    assert.equal(report(stdout).signing_keys?.moved, counts.signing_keys);
    for (const [id, sealed] of Object.entries(broken)) {
      assert.equal((await table('totp_seeds').where({ id }).first()).sealed_seed, sealed);
    }
    const text = await cli.run('keys', 'reseal');
    assert.equal(text.code, 1);
    assert.ok(!text.stdout.includes('\u001b'));
    assert.match(
      text.stdout,
      new RegExp(`unreadable: authenticator apps, ${tenantId} ${third.id}: `),
    );

    await cliWith(newer, older, lost).run('keys', 'reseal');
    const found = (await table('totp_seeds').where({ id: first.id }).first()).sealed_seed;
    assert.equal(sealerOf(newer).open(found, context), SEED, 'once its key is back it moves');
  });

  it('goes on after it was ended half way', async () => {
    const before = await opened(older);
    const sealer = sealerOf(newer, older);
    const deps = resealDeps({ db: database.db, sealer });
    let writes = 0;
    const ended = {
      ...deps,
      records: {
        ...deps.records,
        replace: async (...given: Parameters<typeof deps.records.replace>) => {
          writes += 1;
          if (writes === 5) throw new Error('killed');
          return deps.records.replace(...given);
        },
      },
      audit: { record: async () => undefined },
    };
    await assert.rejects(resealRecords(ended, { actor: { type: 'system' } }), /killed/);
    assert.deepEqual(await opened(newer, older), before);
    await cliWith(newer, older).json('keys', 'reseal');
    assert.deepEqual(await opened(newer), before);
  });

  it('loses nothing of replicas that write under either key at the same time', async () => {
    const sealers = [sealerOf(older, newer), sealerOf(newer, older)];
    const ids: string[] = (await table('totp_seeds').select('id')).map(({ id }) => id);
    const written = new Map<string, string>();
    const write = async (id: string, at: number) => {
      const seed = `${SEED}${at}`;
      const sealed = sealers[at % 2]?.seal(seed, totpSealContext(tenantId, id)) ?? '';
      await table('totp_seeds').where({ id }).update({ sealed_seed: sealed });
      written.set(id, seed);
    };
    const commands = Array.from({ length: 2 }, () => cliWith(newer, older).run('keys', 'reseal'));
    await Promise.all([...commands, ...ids.map(write)]);

    const all = await opened(newer, older);
    for (const [id, seed] of written) {
      const key: SealedRecordKey = [tenantId, id];
      assert.equal(all[`totp_seeds ${key.join(' ')}`], seed);
    }
    await cliWith(newer, older).json('keys', 'reseal');
    assert.deepEqual(await opened(newer), all);
  });
});
