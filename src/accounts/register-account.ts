import type { AuditLog } from '../audit/audit-log.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { AccountStore } from './account-store.ts';
import { type EmailAddressProblem, readEmailAddress } from './email-address.ts';
import { mailLocale } from './mail-locale.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';
import {
  ONE_TIME_CODE_SECONDS,
  type OneTimeCodeDeps,
  type OneTimeCodeUse,
  requestOneTimeCode,
  useOneTimeCode,
} from './one-time-code.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { type PasswordWeakness, passwordWeakness } from './password-policy.ts';
import { readPersonName } from './person-name.ts';

export interface RegisterAccountDeps extends OneTimeCodeDeps {
  readonly accounts: Pick<AccountStore, 'findByIdentifier' | 'create'>;
  readonly hasher: Pick<PasswordHasher, 'hash'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly queueMail: QueueMail;
  readonly newId: () => string;
}

/** What somebody wants an account with, once it was checked: to be kept sealed until it is made. */
export interface PendingRegistration {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly locale: string;
}

export interface RegistrationForm {
  /** As typed. */
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** Who is asking, and from where. */
export interface RegistrationVisit {
  /** The interaction: a code typed in another one does not work. */
  readonly binding: string;
  readonly address: string;
  readonly requestId: string;
  readonly clientId?: string;
}

export interface RegistrationProblems {
  readonly email?: EmailAddressProblem;
  readonly name?: 'missing' | 'too_long' | 'unprintable';
  readonly password?: PasswordWeakness | 'missing';
}

/**
 * Checks what somebody wants an account with, and sends a code to its address.
 *
 * Nobody but the owner of the mailbox learns whether there is an account under an address: the
 * page says the same and takes as long, and the mail says what is the case. A registration that
 * meets an account gets a code that never works.
 *
 * @param where.signInUrl - for the mail to somebody who has an account already
 * @returns `pending` is for `finishRegistration`; keep it sealed, it holds a password's hash
 * @throws OverloadedError, StorageUnavailableError; nothing was sent
 */
export async function beginRegistration(
  deps: RegisterAccountDeps,
  tenant: Tenant,
  form: RegistrationForm,
  visit: RegistrationVisit,
  where: { readonly signInUrl: string; readonly resetUrl: string; readonly locale: string },
): Promise<
  | { readonly outcome: 'code_sent'; readonly pending: PendingRegistration }
  | { readonly outcome: 'invalid'; readonly problems: RegistrationProblems }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
> {
  const email = readEmailAddress(form.email);
  const name = readPersonName(form.name);
  const password = await newPasswordProblem(form, tenant);
  if ('problem' in email || 'problem' in name || password !== undefined) {
    return {
      outcome: 'invalid',
      problems: {
        ...('problem' in email ? { email: email.problem } : {}),
        ...('problem' in name ? { name: name.problem } : {}),
        ...(password === undefined ? {} : { password }),
      },
    };
  }
  const wanted = { email: email.address, name: name.name, locale: where.locale };
  let passwordHash = '';
  // Once it is counted: hashing is what a flood of forms would keep from those who sign in.
  const hash = async () => {
    passwordHash = await deps.hasher.hash(form.password);
  };
  const sent = await sendCode(deps, tenant, wanted, visit, { ...where, first: hash });
  return sent.outcome === 'code_sent'
    ? { outcome: 'code_sent', pending: { ...wanted, passwordHash } }
    : sent;
}

/**
 * Sends the code of a registration, or another one. It takes the place of the one before.
 *
 * @returns `throttled`: one a minute and five an hour for an address
 * @throws StorageUnavailableError
 */
export async function sendRegistrationCode(
  deps: RegisterAccountDeps,
  tenant: Tenant,
  pending: PendingRegistration,
  visit: RegistrationVisit,
  where: { readonly signInUrl: string; readonly resetUrl: string },
): Promise<
  | { readonly outcome: 'code_sent' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
> {
  return sendCode(deps, tenant, pending, visit, where);
}

async function sendCode(
  deps: RegisterAccountDeps,
  tenant: Tenant,
  pending: Pick<PendingRegistration, 'email' | 'locale'>,
  visit: RegistrationVisit,
  where: {
    readonly signInUrl: string;
    readonly resetUrl: string;
    readonly first?: () => Promise<unknown>;
  },
): Promise<
  | { readonly outcome: 'code_sent' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }
> {
  const owner = (await deps.accounts.findByIdentifier(tenant.id, pending.email))?.account;
  // The stored address of an account, never one that is only written like it.
  const to = owner?.email ?? pending.email;
  const request = await requestOneTimeCode(deps, tenant, {
    ...codeUse(pending, visit),
    recipient: to,
    decoy: owner !== undefined,
    ...(where.first === undefined ? {} : { first: where.first }),
  });
  if (request.outcome === 'throttled') return request;
  const decoy = request.mailboxFull;
  await (owner === undefined
    ? deps.queueMail(tenant, {
        to,
        locale: pending.locale,
        decoy,
        kind: 'verify_email_code',
        data: { code: request.code, validSeconds: ONE_TIME_CODE_SECONDS },
      })
    : deps.queueMail(tenant, {
        to,
        locale: mailLocale(owner, pending.locale),
        decoy,
        kind: 'address_in_use',
        accountId: owner.id,
        data: { signInUrl: where.signInUrl, resetUrl: where.resetUrl },
      }));
  return { outcome: 'code_sent' };
}

export type FinishRegistrationResult =
  | { readonly outcome: 'created'; readonly accountId: string }
  /** Wrong, or nothing that works any more: a decoy's code never is right. */
  | { readonly outcome: 'rejected' | 'expired' }
  | { readonly outcome: 'locked'; readonly retryAfterSeconds: number };

/**
 * Takes the code of a registration and makes the account: its address is confirmed, and is its
 * username, too.
 *
 * @param code - as typed
 * @returns `expired` as well when somebody else has made an account under the address meanwhile
 * @throws StorageUnavailableError
 */
export async function finishRegistration(
  deps: RegisterAccountDeps,
  tenant: Tenant,
  pending: PendingRegistration,
  code: string,
  visit: RegistrationVisit,
): Promise<FinishRegistrationResult> {
  const verdict = await useOneTimeCode(deps, tenant, { ...codeUse(pending, visit), code });
  if (verdict.outcome === 'rejected') return { outcome: 'rejected' };
  if (verdict.outcome !== 'verified') return verdict;

  const { email, name, locale, passwordHash } = pending;
  const id = deps.newId();
  const claims = { name, locale };
  const account = { id, username: email, email, claims, passwordHash };
  if ((await deps.accounts.create(tenant.id, account)) === 'taken') return { outcome: 'expired' };
  const { address, requestId, clientId } = visit;
  await deps.audit.record({
    kind: 'account.registered',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id },
    address,
    requestId,
    ...(clientId === undefined ? {} : { clientId }),
  });
  return { outcome: 'created', accountId: id };
}

function codeUse(
  { email }: Pick<PendingRegistration, 'email'>,
  visit: RegistrationVisit,
): OneTimeCodeUse {
  const { binding, address, requestId } = visit;
  return { purpose: 'register', subject: normalizeIdentifier(email), binding, address, requestId };
}

async function newPasswordProblem(
  { email, name, password }: RegistrationForm,
  tenant: Tenant,
): Promise<PasswordWeakness | 'missing' | undefined> {
  if (password === '') return 'missing';
  return passwordWeakness(password, { username: email, email, claims: { name } }, [tenant.name]);
}
