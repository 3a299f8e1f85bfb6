import type { Knex } from 'knex';
import { DEFAULT_ATTEMPT_LIMITS } from '../accounts/attempt-limits.ts';
import { authenticateAccount } from '../accounts/authenticate-account.ts';
import { createPasswordHasher } from '../accounts/password-hasher.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { createMemoryAttemptStore } from '../storage/memory/attempt-store.ts';
import { createPostgresAccountStore } from '../storage/postgres/account-store.ts';
import { createPostgresMailOutbox } from '../storage/postgres/mail-outbox.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from '../tenants/tenant.ts';
import { insertAccount, insertTenant } from './fixtures.ts';

/** The password of an account whose hash a test does not give. */
export const OLD_PASSWORD = 'the password of yesterday';

const hasher = createPasswordHasher({ pepper: 'a pepper', concurrency: 2, queueLimit: 200 });

/**
 * One tenant with one account, Alice, and everything that acts on it: real stores, a clock that
 * the test sets, and lists of what was recorded and which accounts lost their sessions.
 */
export async function createAccountWorld(db: Knex, account: { passwordHash?: string } = {}) {
  const tenantId = await insertTenant(db);
  const tenant: Tenant = {
    id: tenantId,
    slug: 'test',
    name: 'Test',
    customIssuer: undefined,
    settings: DEFAULT_TENANT_SETTINGS,
    version: 1,
    disabled: false,
  };
  const accountId = await insertAccount(db, tenantId, {
    username: 'Alice',
    email: 'alice@acme.example',
    passwordHash: account.passwordHash ?? (await hasher.hash(OLD_PASSWORD)),
  });
  const clock = { now: new Date() };
  const now = () => clock.now;
  const events: AuditEvent[] = [];
  const ended: string[] = [];
  const deps = {
    accounts: createPostgresAccountStore(db, { now }),
    mailOutbox: createPostgresMailOutbox(db),
    attempts: createMemoryAttemptStore({ limits: DEFAULT_ATTEMPT_LIMITS, digestKey: 'key' }),
    hasher,
    audit: { record: async (event: AuditEvent) => void events.push(event) },
    logger: { warn: () => undefined },
    now,
    endAccountSessions: async (_tenant: Tenant, id: string) => void ended.push(id),
  };
  const signIn = (password: string, identifier = 'alice') =>
    authenticateAccount(deps, tenant, {
      identifier,
      password,
      address: '192.0.2.7',
      requestId: 'request-1',
    });
  return { tenant, accountId, clock, events, ended, deps, signIn };
}
