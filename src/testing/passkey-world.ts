import type { Knex } from 'knex';
import type { Account } from '../accounts/account.ts';
import type { SignInPurpose } from '../accounts/passkey-challenge.ts';
import {
  beginPasskeyRegistration,
  finishPasskeyRegistration,
} from '../accounts/register-passkey.ts';
import {
  beginPasskeySignIn,
  finishPasskeySignIn,
  type PasskeySignIn,
} from '../accounts/sign-in-with-passkey.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { createPostgresAccountStore } from '../storage/postgres/account-store.ts';
import { createPostgresPasskeyStore } from '../storage/postgres/passkey-store.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from '../tenants/tenant.ts';
import { insertAccount, insertTenant } from './fixtures.ts';
import {
  createSoftAuthenticator,
  type Lies,
  type SoftAuthenticator,
} from './soft-authenticator.ts';

export const ISSUER = 'https://login.acme.example/t/acme';
export const ORIGIN = 'https://login.acme.example';

const SIGN_IN: SignInPurpose = { purpose: 'sign_in' };
const FROM = { address: '192.0.2.7', requestId: 'request-1' };

/**
 * One tenant with one account, Alice, real stores, a clock that the test sets, what was recorded,
 * and the two ceremonies with an authenticator in software, whose answers a test may change.
 */
export async function createPasskeyWorld(db: Knex, options: { issuer?: string } = {}) {
  const issuer = options.issuer ?? ISSUER;
  const tenantId = await insertTenant(db);
  const tenant: Tenant = {
    id: tenantId,
    slug: 'acme',
    name: 'Acme',
    customIssuer: undefined,
    settings: DEFAULT_TENANT_SETTINGS,
    version: 1,
    disabled: false,
  };
  const clock = { now: new Date() };
  const now = () => clock.now;
  const events: AuditEvent[] = [];
  const deps = {
    accounts: createPostgresAccountStore(db, { now }),
    passkeys: createPostgresPasskeyStore(db, { now }),
    audit: { record: async (event: AuditEvent) => void events.push(event) },
    now,
  };
  const addAccount = async (username: string): Promise<Account> => {
    const id = await insertAccount(db, tenantId, { username, claims: { name: `${username} E.` } });
    const account = await deps.accounts.findById(tenantId, id);
    if (account === undefined) throw new Error('the account is not there');
    return account;
  };
  const account = await addAccount('Alice');
  const authenticator = createSoftAuthenticator({ origin: new URL(issuer).origin });

  const beginRegistration = async (owner = account, binding = 'session') => {
    const input = { issuer, binding, account: owner };
    const begun = await beginPasskeyRegistration(deps, tenant, input);
    if (begun.outcome !== 'offered') throw new Error(begun.outcome);
    return begun.options;
  };
  const finishRegistration = (response: string, more: { name?: string; binding?: string } = {}) =>
    finishPasskeyRegistration(deps, tenant, {
      issuer,
      binding: 'session',
      accountId: account.id,
      response,
      ...FROM,
      ...more,
    });
  const register = async (device = authenticator, lies: Lies = {}, name?: string) =>
    finishRegistration(device.create(await beginRegistration(), lies), name ? { name } : {});

  const beginSignIn = async (asked = SIGN_IN, binding = 'interaction') => {
    const begun = await beginPasskeySignIn(deps, tenant, { asked, issuer, binding });
    if (begun.outcome !== 'offered') throw new Error(begun.outcome);
    return begun.options;
  };
  const finishSignIn = (response: string, more: Partial<PasskeySignIn> = {}) =>
    finishPasskeySignIn(deps, tenant, {
      asked: SIGN_IN,
      issuer,
      binding: 'interaction',
      response,
      ...FROM,
      ...more,
    });
  const signIn = async (
    device: SoftAuthenticator = authenticator,
    lies: Lies = {},
    asked: SignInPurpose = SIGN_IN,
  ) => finishSignIn(device.get(await beginSignIn(asked), lies), { asked });

  return {
    tenant,
    account,
    addAccount,
    authenticator,
    clock,
    events,
    deps,
    beginRegistration,
    finishRegistration,
    register,
    beginSignIn,
    finishSignIn,
    signIn,
  };
}
