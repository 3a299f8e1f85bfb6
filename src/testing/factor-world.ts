import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { createSealer, sealingKey } from '../crypto/sealing.ts';
import { createPostgresBrowserStore } from '../storage/postgres/browser-store.ts';
import { createPostgresOneTimeCodeStore } from '../storage/postgres/one-time-code-store.ts';
import { createPostgresRecoveryCodeStore } from '../storage/postgres/recovery-code-store.ts';
import { createPostgresSecondFactorStore } from '../storage/postgres/second-factor-store.ts';
import { createPostgresTotpStore } from '../storage/postgres/totp-store.ts';
import { createAccountWorld } from './account-world.ts';

/** The {@link createAccountWorld} with everything that second factors and codes need. */
export async function createFactorWorld(db: Knex) {
  const world = await createAccountWorld(db, { passwordHash: 'none that matters' });
  const { now } = world.deps;
  const deps = {
    ...world.deps,
    factors: createPostgresSecondFactorStore(db),
    totp: createPostgresTotpStore(db, { now }),
    recoveryCodes: createPostgresRecoveryCodeStore(db),
    browsers: createPostgresBrowserStore(db, { now }),
    codes: createPostgresOneTimeCodeStore(db, { now }),
    sealer: createSealer([sealingKey(randomBytes(32))]),
    lookupKey: randomBytes(32).toString('base64url'),
  };
  const { accountId } = world;
  return {
    ...world,
    deps,
    by: { actor: { type: 'account', id: accountId } } as const,
    /** What every attempt of Alice says beside her code. */
    attempt: { accountId, address: '192.0.2.7', requestId: 'request-1' },
    /** The clock goes on. */
    pass(seconds: number) {
      world.clock.now = new Date(world.clock.now.getTime() + seconds * 1000);
    },
    kinds: () => world.events.map(({ kind }) => kind),
  };
}

export type FactorWorld = Awaited<ReturnType<typeof createFactorWorld>>;
