import type { ParameterizedContext } from 'koa';
import type { Account } from '../accounts/account.ts';
import type { AccountSession } from '../accounts/account-session.ts';
import type { RememberedBrowser } from '../accounts/browser-store.ts';
import type {
  approveEmailChange,
  beginEmailChange,
  cancelEmailChange,
  findEmailChange,
  proveNewEmail,
  refuseEmailChange,
  resendEmailChangeCode,
} from '../accounts/change-email.ts';
import type { ChangePasswordResult } from '../accounts/change-password.ts';
import type { deleteAccount } from '../accounts/delete-account.ts';
import type { EditProfileResult, Profile } from '../accounts/edit-profile.ts';
import type { PendingEmailChange } from '../accounts/email-change-store.ts';
import type {
  beginTotpEnrolment,
  confirmTotpEnrolment,
  isUsedTotpCode,
  removeTotp,
} from '../accounts/enrol-totp.ts';
import type { AccountData } from '../accounts/export-account-data.ts';
import type { listPasskeys, removePasskey, renamePasskey } from '../accounts/manage-passkeys.ts';
import type { areRecoveryCodesCurrent, createRecoveryCodes } from '../accounts/recovery-codes.ts';
import type {
  beginPasskeyRegistration,
  finishPasskeyRegistration,
} from '../accounts/register-passkey.ts';
import type { forgetBrowsers } from '../accounts/remember-browser.ts';
import type { SecondFactors } from '../accounts/second-factor-store.ts';
import type { confirmEmail, requestEmailConfirmation } from '../accounts/verify-email.ts';
import type { Application } from '../applications/application.ts';
import type { RegisteredClient } from '../applications/client.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import type { Sealer } from '../crypto/sealing.ts';
import type { ConnectedApplication } from '../grants/connected-application.ts';
import { csrfToken } from '../http/csrf.ts';
import type { FormBody } from '../http/form-body.ts';
import type { Page, RenderPage } from '../http/render-page.ts';
import type { RequestState } from '../http/request-state.ts';
import { languageMenu, requestMessages } from '../interactions/language-choice.ts';
import type { Messages } from '../interactions/messages/messages.ts';
import { pageFrame } from '../interactions/page-frame.ts';
import type { SecurityEvent } from '../mail/mail.ts';
import type { CurrentSession } from '../provider/current-session.ts';
import type { KeptSession } from '../provider/keep-session.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import type { TenantState } from '../tenants/tenant-state.ts';
import type { ConnectedDeps } from './connected-deps.ts';

/** What the account page asks of the rest of the house; `compose-account-page.ts` wires it. */
export interface AccountPageDeps {
  readonly currentSession: (
    tenant: Tenant,
    ctx: Pick<ParameterizedContext, 'req' | 'res'>,
  ) => Promise<CurrentSession | undefined>;
  /** Whether an account has a second factor. */
  readonly hasSecondFactor: (tenantId: TenantId, accountId: string) => Promise<boolean>;
  readonly findAccount: (tenantId: TenantId, accountId: string) => Promise<Account | undefined>;
  readonly editProfile: (tenant: Tenant, input: ProfileEdit) => Promise<EditProfileResult>;
  readonly factorsOf: (tenantId: TenantId, accountId: string) => Promise<SecondFactors>;
  /** Notes on a session what was proved in it besides. */
  readonly raiseSession: (
    tenant: Tenant,
    ctx: Pick<AccountVisit['ctx'], 'req' | 'res' | 'state'>,
    proved: { readonly accountId: string; readonly amr: readonly string[]; readonly acr: string },
  ) => Promise<boolean>;
  readonly beginTotp: Wired<typeof beginTotpEnrolment>;
  readonly confirmTotp: Wired<typeof confirmTotpEnrolment>;
  /** Whether a form that confirms an app was sent twice. */
  readonly isUsedTotpCode: Wired<typeof isUsedTotpCode>;
  readonly removeTotp: Wired<typeof removeTotp>;
  readonly createRecoveryCodes: Wired<typeof createRecoveryCodes>;
  readonly areRecoveryCodesCurrent: Wired<typeof areRecoveryCodesCurrent>;
  readonly listBrowsers: (tenantId: TenantId, accountId: string) => Promise<RememberedBrowser[]>;
  readonly forgetBrowsers: Wired<typeof forgetBrowsers>;
  /** Whether browsers offer passkeys at an issuer. */
  readonly offersPasskeys: (issuer: string) => boolean;
  readonly listPasskeys: Wired<typeof listPasskeys>;
  readonly beginPasskeyRegistration: Wired<typeof beginPasskeyRegistration>;
  readonly finishPasskeyRegistration: Wired<typeof finishPasskeyRegistration>;
  readonly renamePasskey: Wired<typeof renamePasskey>;
  readonly removePasskey: Wired<typeof removePasskey>;
  readonly upstream: ConnectedDeps;
  readonly sealer: Pick<Sealer, 'seal' | 'open'>;
  /** Whether this deployment can send mail: what needs it is not offered otherwise. */
  readonly mailEnabled: boolean;
  readonly findPendingEmailChange: (
    tenantId: TenantId,
    accountId: string,
  ) => Promise<PendingEmailChange | undefined>;
  readonly beginEmailChange: Wired<typeof beginEmailChange>;
  readonly resendEmailChangeCode: Wired<typeof resendEmailChangeCode>;
  readonly proveNewEmail: Wired<typeof proveNewEmail>;
  readonly cancelEmailChange: Wired<typeof cancelEmailChange>;
  /** The change that a link approves; looking uses nothing up. */
  readonly findEmailChange: Wired<typeof findEmailChange>;
  readonly approveEmailChange: Wired<typeof approveEmailChange>;
  readonly refuseEmailChange: Wired<typeof refuseEmailChange>;
  readonly requestEmailConfirmation: Wired<typeof requestEmailConfirmation>;
  readonly confirmEmail: Wired<typeof confirmEmail>;
  /** Undefined when the account has no password. */
  readonly passwordChangedAt: (tenantId: TenantId, accountId: string) => Promise<Date | undefined>;
  /** Ends whatever the account has open, but for the session that is kept. */
  readonly changePassword: (
    tenant: Tenant,
    input: NewPassword,
    kept: KeptSession,
  ) => Promise<ChangePasswordResult>;
  /** Shortest password that `changePassword` takes, in characters. */
  readonly passwordMinCharacters: number;
  readonly listSessions: (
    tenant: Tenant,
    accountId: string,
    currentUid: string,
  ) => Promise<AccountSession[]>;
  readonly endSession: (
    tenant: Tenant,
    accountId: string,
    handle: string,
    by: ActingOwner,
  ) => Promise<'ended' | 'unknown'>;
  readonly endOtherSessions: (
    tenant: Tenant,
    accountId: string,
    currentUid: string,
    by: ActingOwner,
  ) => Promise<number>;
  readonly listConnectedApplications: (
    tenant: Tenant,
    accountId: string,
  ) => Promise<ConnectedApplication[]>;
  readonly withdrawGrant: (
    tenant: Tenant,
    withdrawal: { accountId: string; clientId: string; by: ActingOwner },
  ) => Promise<'withdrawn' | 'unknown'>;
  /** What an account did and what was done to it, newest first. */
  readonly listActivity: AuditLog['listOfAccount'];
  readonly exportData: (
    tenant: Tenant,
    input: { readonly accountId: string; readonly by: ActingOwner },
  ) => Promise<AccountData>;
  readonly deleteAccount: Wired<typeof deleteAccount>;
  readonly findClient: (
    tenantId: TenantId,
    clientId: string,
  ) => Promise<RegisteredClient | undefined>;
  readonly findApplicationByAudience: (
    tenantId: TenantId,
    audience: string,
  ) => Promise<Application | undefined>;
  /** Writes to the owner of an account that something about its security changed. */
  readonly notifyOwner: NotifyOwner;
  /** Shared by all replicas; read anew for each form. */
  readonly csrfSecret: () => string;
  readonly render: RenderPage;
  readonly now: () => Date;
}

/** A function of a room with its dependencies in place. */
type Wired<F> = F extends (deps: never, ...input: infer Input) => infer Result
  ? (...input: Input) => Result
  : never;

/** Whose profile is to be what, for the record with where from. */
export interface ProfileEdit extends RequestOrigin {
  readonly accountId: string;
  readonly profile: Profile;
}

/** Whose password is to be what. */
export interface NewPassword extends RequestOrigin {
  readonly accountId: string;
  readonly password: string;
}

/** The owner of an account, as who does something to it. */
export interface ActingOwner extends RequestOrigin {
  readonly actor: { readonly type: 'account'; readonly id: string };
}

/** What has happened to an account, and from where. */
export interface OwnerNotice {
  readonly event: SecurityEvent;
  /** What it happened to, by the name that somebody gave it. */
  readonly item?: string;
}

export type NotifyOwner = (
  tenant: Tenant,
  account: Account,
  notice: OwnerNotice & { readonly address: string; readonly userAgent: string },
) => Promise<void>;

/** Where a request came from, for the audit log. */
export interface RequestOrigin {
  readonly address: string;
  readonly requestId: string;
}

/** One request for a page of the account that is signed in. */
export interface AccountVisit {
  readonly ctx: ParameterizedContext<RequestState & TenantState>;
  readonly messages: Messages;
  /** Empty for a GET. Its token and its origin have been checked. */
  readonly form: FormBody;
  readonly session: CurrentSession;
  /** Whose page it is; not disabled. */
  readonly account: Account;
}

/** One request for a page that a link opens, whoever has it. */
export type LinkVisit = Pick<AccountVisit, 'ctx' | 'messages' | 'form'>;

/** What has been done, as the page that follows says it. */
export type Done = keyof Messages['accountPage']['done'];

/** Answers with a page of the visit's tenant. */
export function showAccountPage(
  deps: Pick<AccountPageDeps, 'render'>,
  { ctx, messages }: Pick<AccountVisit, 'ctx' | 'messages'>,
  page: Page,
): void {
  const frame = pageFrame(ctx.state.tenant, messages, languageMenu(ctx, messages));
  deps.render(ctx, frame, page);
}

/** Leads the browser on with a GET, whatever it came with. RFC 9110, section 15.4.4 */
export function seeOther(ctx: AccountVisit['ctx'], address: string): void {
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(address);
}

/**
 * Leads on to a page that says what has been done.
 *
 * @param path - below the tenant's issuer
 */
export function seeDone(
  deps: Pick<AccountPageDeps, 'csrfSecret'>,
  visit: AccountVisit,
  path: string,
  done: Done,
): void {
  const query = new URLSearchParams({ done: `${done}.${doneMark(deps, visit, done)}` });
  seeOther(visit.ctx, `${visit.ctx.state.issuerPath}${path}?${query}`);
}

/**
 * What the request before this one has done, if this one says so and we made it say so: nobody
 * else's link makes a page claim that something was done.
 */
export function doneBefore(
  deps: Pick<AccountPageDeps, 'csrfSecret'>,
  visit: AccountVisit,
): Done | undefined {
  const { done: said } = visit.ctx.query;
  const names = Object.keys(visit.messages.accountPage.done) as Done[];
  return names.find((name) => said === `${name}.${doneMark(deps, visit, name)}`);
}

function doneMark(
  deps: Pick<AccountPageDeps, 'csrfSecret'>,
  { ctx, session }: AccountVisit,
  done: Done,
): string {
  return csrfToken(deps.csrfSecret(), `done ${ctx.state.tenant.id} ${session.uid} ${done}`);
}

/**
 * What the token of a form is for: one form of one session.
 *
 * @param path - where it is posted to, below the tenant's issuer
 */
export function formPurpose(ctx: AccountVisit['ctx'], uid: string, path: string): string {
  return `account ${ctx.state.tenant.id} ${uid} ${path}`;
}

/** What the token of a link's form is for. */
export function linkPurpose(ctx: AccountVisit['ctx'], token: string): string {
  return `link ${ctx.state.tenant.id} ${sha256(token)}`;
}

/** What a form needs: where to, and its token. */
export function accountForm(
  deps: Pick<AccountPageDeps, 'csrfSecret'>,
  { ctx, session }: AccountVisit,
  path: string,
): { action: string; csrf: string } {
  return {
    action: `${ctx.state.issuerPath}${path}`,
    csrf: csrfToken(deps.csrfSecret(), formPurpose(ctx, session.uid, path)),
  };
}

/** For the audit log, and for limits: where a visit comes from. */
export function originOf({ ctx }: AccountVisit): RequestOrigin {
  return { address: ctx.state.address, requestId: ctx.state.requestId };
}

/** The owner of the account, for the audit log: who else could be here? */
export function actingOwner(visit: AccountVisit): ActingOwner {
  return { actor: { type: 'account', id: visit.account.id }, ...originOf(visit) };
}

/** Tells the owner by mail what was done on this page: it may not have been them. */
export async function notifyOwner(
  deps: Pick<AccountPageDeps, 'notifyOwner'>,
  { ctx, account }: Pick<AccountVisit, 'ctx' | 'account'>,
  notice: OwnerNotice,
): Promise<void> {
  const { tenant, address } = ctx.state;
  await deps.notifyOwner(tenant, account, {
    ...notice,
    address,
    userAgent: ctx.get('User-Agent'),
  });
}

/** The languages that a link to the account page asks for. */
export function askedLocales(ctx: AccountVisit['ctx']): string | undefined {
  const { ui_locales: asked } = ctx.query;
  return typeof asked === 'string' && /^[A-Za-z0-9 -]{1,200}$/.test(asked) ? asked : undefined;
}

/** The language of a page: what a link asks for, then the person's own, then the browser's. */
export function accountMessages(
  ctx: AccountVisit['ctx'],
  account: Pick<Account, 'claims'> | undefined,
): Promise<Messages> {
  return requestMessages(ctx, {
    uiLocales: askedLocales(ctx),
    accountLocale: account?.claims.locale,
  });
}
