import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { DEFAULT_ATTEMPT_LIMITS } from '../accounts/attempt-limits.ts';
import { createBackgroundWork } from '../background-work.ts';
import type { OutgoingMail } from '../mail/mail.ts';
import { createMemoryAttemptStore } from '../storage/memory/attempt-store.ts';
import { createPostgresInvitationStore } from '../storage/postgres/invitation-store.ts';
import { createPostgresOneTimeCodeStore } from '../storage/postgres/one-time-code-store.ts';
import { createAccountWorld } from './account-world.ts';
import { silentLogger } from './silent-logger.ts';

/**
 * The world of accounts with a letterbox: what would be queued for sending, in order, decoys too.
 */
export async function createMailboxWorld(db: Knex) {
  const world = await createAccountWorld(db);
  const { now } = world.deps;
  const mails: OutgoingMail[] = [];
  const background = createBackgroundWork(silentLogger);
  const deps = {
    ...world.deps,
    invitations: createPostgresInvitationStore(db, { now }),
    codes: createPostgresOneTimeCodeStore(db, { now }),
    lookupKey: 'a key of the tests',
    queueMail: async (_tenant: unknown, mail: OutgoingMail) => void mails.push(mail),
    inBackground: background.run,
    newId: () => randomUUID(),
  };
  return {
    ...world,
    deps,
    mails,
    settle: background.settle,
    /** What has been sent so far is as long ago as limits remember. */
    forgetLimits() {
      const limits = { limits: DEFAULT_ATTEMPT_LIMITS, digestKey: 'key' };
      deps.attempts = createMemoryAttemptStore(limits);
    },
    /** The code of the last message that has one. */
    lastCode(): string {
      const codes = mails.flatMap(({ data }) => ('code' in data ? [data.code] : []));
      return codes.at(-1) ?? '';
    },
  };
}

export type MailboxWorld = Awaited<ReturnType<typeof createMailboxWorld>>;
