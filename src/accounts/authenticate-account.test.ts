import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent } from '../audit/audit-event.ts';
import { OverloadedError, StorageUnavailableError } from '../errors.ts';
import { createMemoryAttemptStore } from '../storage/memory/attempt-store.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from '../tenants/tenant.ts';
import type { Account } from './account.ts';
import type { AccountWithPassword } from './account-store.ts';
import { DEFAULT_ATTEMPT_LIMITS } from './attempt-limits.ts';
import {
  type AuthenticateAccountDeps,
  authenticateAccount,
  type PasswordSignIn,
} from './authenticate-account.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';
import {
  createPasswordHasher,
  type PasswordHasher,
  PasswordTooLongError,
} from './password-hasher.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const PASSWORD = 'correct horse battery staple';
const BCRYPT = '$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG';
const TENANT: Tenant = {
  id: '00000000-0000-0000-0000-000000000001',
  slug: 'default',
  name: 'Test',
  customIssuer: undefined,
  settings: DEFAULT_TENANT_SETTINGS,
  version: 1,
  disabled: false,
};
const ALICE: Account = {
  tenantId: TENANT.id,
  id: 'sub-alice',
  username: 'Alice',
  email: 'alice@acme.example',
  emailVerified: true,
  claims: {},
  disabled: false,
  createdAt: NOW,
  updatedAt: NOW,
};

const hasher = createPasswordHasher({ pepper: 'a pepper', concurrency: 2, queueLimit: 200 });
const hash = await hasher.hash(PASSWORD);

interface World {
  deps: AuthenticateAccountDeps;
  events: AuditEvent[];
  warnings: { message: string; fields: Readonly<Record<string, unknown>> }[];
  upgrades: { previous: string; hash: string }[];
  signIn(input?: Partial<PasswordSignIn>): ReturnType<typeof authenticateAccount>;
}

function createWorld(
  found: AccountWithPassword | undefined,
  overrides: Partial<AuthenticateAccountDeps> = {},
): World {
  const events: AuditEvent[] = [];
  const warnings: World['warnings'] = [];
  const upgrades: World['upgrades'] = [];
  const deps: AuthenticateAccountDeps = {
    accounts: {
      findByIdentifier: async (_tenantId, identifier) =>
        normalizeIdentifier(identifier) === 'alice' ? found : undefined,
      // Somebody else's, of the same password.
      passwordHashNear: async () => hash,
      upgradePasswordHash: async (_tenantId, _accountId, previous, better) => {
        upgrades.push({ previous, hash: better });
      },
    },
    attempts: createMemoryAttemptStore({ limits: DEFAULT_ATTEMPT_LIMITS, digestKey: 'key' }),
    hasher,
    audit: {
      record: async (event) => {
        events.push(event);
      },
    },
    logger: { warn: (message, fields) => void warnings.push({ message, fields }) },
    now: () => NOW,
    ...overrides,
  };
  return {
    deps,
    events,
    warnings,
    upgrades,
    signIn: (input = {}) =>
      authenticateAccount(deps, TENANT, {
        identifier: 'alice',
        password: PASSWORD,
        address: '192.0.2.7',
        requestId: 'request-1',
        ...input,
      }),
  };
}

describe('a password sign-in', () => {
  it('with the right password authenticates, and is on record', async () => {
    const world = createWorld({ account: ALICE, passwordHash: hash });
    assert.deepEqual(await world.signIn({ identifier: ' ALICE ', clientId: 'notes-web' }), {
      outcome: 'authenticated',
      account: ALICE,
      amr: ['pwd'],
      authenticatedAt: NOW,
    });
    assert.deepEqual(world.events, [
      {
        kind: 'sign_in.succeeded',
        tenantId: TENANT.id,
        outcome: 'success',
        actor: { type: 'account', id: 'sub-alice' },
        address: '192.0.2.7',
        requestId: 'request-1',
        clientId: 'notes-web',
        detail: { amr: ['pwd'] },
      },
    ]);
  });

  const rejected: ReadonlyArray<
    readonly [why: string, found: AccountWithPassword | undefined, password: string]
  > = [
    ['a wrong password', { account: ALICE, passwordHash: hash }, 'wrong'],
    ['an empty password', { account: ALICE, passwordHash: hash }, ''],
    ['an unknown account', undefined, PASSWORD],
    ['an account without a password', { account: ALICE, passwordHash: undefined }, PASSWORD],
    ['a disabled account', { account: { ...ALICE, disabled: true }, passwordHash: hash }, PASSWORD],
    ['a hash of no known form', { account: ALICE, passwordHash: PASSWORD }, PASSWORD],
  ];
  for (const [why, found, password] of rejected) {
    it(`with ${why} is rejected without saying why, at the price of one hash`, async () => {
      const world = createWorld(found);
      const before = hasher.load().started;
      assert.deepEqual(await world.signIn({ password }), { outcome: 'rejected' });
      assert.equal(hasher.load().started - before, 1);
      assert.deepEqual(
        world.events.map(({ kind, actor }) => ({ kind, actor })),
        [{ kind: 'sign_in.failed', actor: { type: 'anonymous' } }],
      );
    });
  }

  it('that fails leaves nothing of what was typed on record', async () => {
    const world = createWorld(undefined);
    await world.signIn({ identifier: 'my password by mistake', password: 'hunter2hunter2' });
    assert.doesNotMatch(JSON.stringify(world.events), /mistake|hunter2/);
  });

  it('tells operators of a hash that can never match, without the hash', async () => {
    const world = createWorld({ account: ALICE, passwordHash: PASSWORD });
    await world.signIn();
    assert.equal(world.warnings.length, 1);
    assert.match(world.warnings[0]?.message ?? '', /form nobody here knows/);
    assert.deepEqual(world.warnings[0]?.fields, { tenant_id: TENANT.id, account_id: 'sub-alice' });
  });
});

describe('a throttled sign-in', () => {
  it('looks at no more passwords than the limit, of 100 guessed at once', async () => {
    const world = createWorld({ account: ALICE, passwordHash: hash });
    const before = hasher.load().started;
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        world.signIn({ password: `guess ${index}`, address: `198.51.${index}.7` }),
      ),
    );
    const limit = DEFAULT_ATTEMPT_LIMITS.account.failures;
    assert.equal(hasher.load().started - before, limit);
    assert.equal(results.filter(({ outcome }) => outcome === 'rejected').length, limit);
    assert.equal(results.filter(({ outcome }) => outcome === 'locked').length, 100 - limit);
    const kinds = world.events.map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === 'sign_in.throttled').length, 100 - limit);
  });

  it('refuses the right password, too, and an account that does not exist alike', async () => {
    for (const found of [{ account: ALICE, passwordHash: hash }, undefined]) {
      const world = createWorld(found);
      for (let guess = 0; guess < 10; guess += 1) await world.signIn({ password: 'wrong' });
      const result = await world.signIn();
      assert.ok(result.outcome === 'locked' && result.retryAfterSeconds > 0);
    }
  });

  it('refuses an address that guesses at many names', async () => {
    const world = createWorld({ account: ALICE, passwordHash: hash });
    const limit = DEFAULT_ATTEMPT_LIMITS.address.failures;
    for (let guess = 0; guess < limit; guess += 1) await world.signIn({ identifier: `n${guess}` });
    assert.equal((await world.signIn()).outcome, 'locked');
    assert.equal((await world.signIn({ address: '203.0.113.1' })).outcome, 'authenticated');
  });

  it('never counts successes against an address', async () => {
    const world = createWorld({ account: ALICE, passwordHash: hash });
    const limit = DEFAULT_ATTEMPT_LIMITS.address.failures;
    for (let time = 0; time < limit + 5; time += 1) {
      assert.equal((await world.signIn()).outcome, 'authenticated');
    }
  });
});

describe('a sign-in that could not be decided', () => {
  it('is not held against the account', async () => {
    const world = createWorld({ account: ALICE, passwordHash: hash });
    const overloaded: PasswordHasher = {
      ...hasher,
      verify: async () => {
        throw new OverloadedError('password hashing');
      },
    };
    for (let time = 0; time < 30; time += 1) {
      const deps = { ...world.deps, hasher: overloaded };
      const input = { identifier: 'alice', password: 'x', address: '192.0.2.7', requestId: 'r' };
      await assert.rejects(authenticateAccount(deps, TENANT, input), OverloadedError);
    }
    assert.equal((await world.signIn()).outcome, 'authenticated');
    assert.deepEqual(
      world.events.map(({ kind }) => kind),
      ['sign_in.succeeded'],
    );
  });

  it('does not look at the password when it could not be counted', async () => {
    const away = async (): Promise<never> => {
      throw new StorageUnavailableError('redis');
    };
    const attempts = { begin: away, succeeded: away, withdraw: away };
    const world = createWorld({ account: ALICE, passwordHash: hash }, { attempts });
    const before = hasher.load().started;
    await assert.rejects(world.signIn(), StorageUnavailableError);
    assert.equal(hasher.load().started, before);
  });

  it('with a password of a megabyte costs and counts nothing', async () => {
    const world = createWorld({ account: ALICE, passwordHash: hash });
    const before = hasher.load().started;
    for (let time = 0; time < 30; time += 1) {
      await assert.rejects(
        world.signIn({ password: 'x'.repeat(1024 * 1024) }),
        PasswordTooLongError,
      );
    }
    assert.equal(hasher.load().started, before);
    assert.equal((await world.signIn()).outcome, 'authenticated');
  });
});

describe('a password with an outdated hash', () => {
  it('is stored anew when it was right', async () => {
    const world = createWorld({ account: ALICE, passwordHash: BCRYPT });
    assert.equal((await world.signIn()).outcome, 'authenticated');
    const [upgrade] = world.upgrades;
    assert.equal(upgrade?.previous, BCRYPT);
    assert.equal(await hasher.verify(upgrade.hash, PASSWORD), 'match');
  });

  it('is left alone when it was wrong, or is of today', async () => {
    const wrong = createWorld({ account: ALICE, passwordHash: BCRYPT });
    await wrong.signIn({ password: 'wrong' });
    const today = createWorld({ account: ALICE, passwordHash: hash });
    await today.signIn();
    assert.deepEqual([...wrong.upgrades, ...today.upgrades], []);
  });

  it('signs in even if it cannot be stored', async () => {
    const found = { account: ALICE, passwordHash: BCRYPT };
    const world = createWorld(found, {
      accounts: {
        findByIdentifier: async () => found,
        passwordHashNear: async () => found.passwordHash,
        upgradePasswordHash: async () => {
          throw new StorageUnavailableError('postgres');
        },
      },
    });
    assert.equal((await world.signIn()).outcome, 'authenticated');
    assert.match(world.warnings[0]?.message ?? '', /was not upgraded/);
  });
});

describe('the time of a sign-in', () => {
  it('does not tell an unknown account from a wrong password', async (context) => {
    const world = createWorld({ account: ALICE, passwordHash: hash });
    const times: Record<'unknown' | 'wrong', number[]> = { unknown: [], wrong: [] };
    for (let round = 0; round < 40; round += 1) {
      for (const [kind, identifier] of [
        ['unknown', 'nobody'],
        ['wrong', 'alice'],
      ] as const) {
        const attempts = createMemoryAttemptStore({
          limits: DEFAULT_ATTEMPT_LIMITS,
          digestKey: 'key',
        });
        const input = { identifier, password: 'wrong', address: '192.0.2.7', requestId: 'r' };
        const start = performance.now();
        await authenticateAccount({ ...world.deps, attempts }, TENANT, input);
        times[kind].push(performance.now() - start);
      }
    }
    const ratio = median(times.unknown) / median(times.wrong);
    context.diagnostic(
      `unknown ${median(times.unknown).toFixed(2)} ms, wrong ${median(times.wrong).toFixed(2)} ms, ratio ${ratio.toFixed(3)}`,
    );
    // Without the hash it would be near 0; the bound is wide because machines are shared.
    assert.ok(ratio > 0.6 && ratio < 1.7, `ratio ${ratio}`);
  });
});

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
