import type { ParameterizedContext } from 'koa';
import type Provider from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import type { PasswordSignIn, SignInResult } from '../accounts/authenticate-account.ts';
import type { acceptInvitation, findInvitation } from '../accounts/invitations.ts';
import type {
  beginRegistration,
  finishRegistration,
  sendRegistrationCode,
} from '../accounts/register-account.ts';
import type { requestRecovery } from '../accounts/request-recovery.ts';
import type { ResetPasswordResult } from '../accounts/reset-password.ts';
import type { requestSignInCode, signInByCode } from '../accounts/sign-in-by-code.ts';
import type { beginPasskeySignIn, finishPasskeySignIn } from '../accounts/sign-in-with-passkey.ts';
import type { confirmEmail, requestEmailConfirmation } from '../accounts/verify-email.ts';
import { ACCOUNT_CLIENT_ID, accountClient } from '../applications/account-client.ts';
import type { Application } from '../applications/application.ts';
import type { RegisteredClient } from '../applications/client.ts';
import { clientName } from '../applications/client-name.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import type { ConsentDecision } from '../grants/record-grant.ts';
import type { RecordedGrant } from '../grants/recorded-grant.ts';
import { formTargets } from '../http/content-security-policy.ts';
import { csrfToken } from '../http/csrf.ts';
import { browserName } from '../http/describe-user-agent.ts';
import type { FormBody } from '../http/form-body.ts';
import type { Page, RenderPage } from '../http/render-page.ts';
import type { RequestState } from '../http/request-state.ts';
import type { SecurityEvent } from '../mail/mail.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import type { TenantState } from '../tenants/tenant-state.ts';
import type { FactorDeps } from './factor-deps.ts';
import { languageMenu, requestMessages } from './language-choice.ts';
import type { Messages } from './messages/messages.ts';
import { pageFrame } from './page-frame.ts';
import type { ProvingBrowser } from './proving-browser.ts';
import type { Step } from './step.ts';
import type { UpstreamUse } from './upstream-use.ts';

/** A function of another room with its dependencies in place. */
type Wired<Use extends (deps: never, ...input: never[]) => unknown> = Use extends (
  deps: never,
  ...input: infer Input
) => infer Result
  ? (...input: Input) => Result
  : never;

/** What hosted pages ask of the rest of the house; `compose-interactions.ts` puts it together. */
export interface InteractionDeps {
  readonly providerFor: (tenant: Tenant) => Promise<Provider>;
  readonly findClient: (
    tenantId: TenantId,
    clientId: string,
  ) => Promise<RegisteredClient | undefined>;
  readonly findApplicationByAudience: (
    tenantId: TenantId,
    audience: string,
  ) => Promise<Application | undefined>;
  readonly findAccount: (tenantId: TenantId, accountId: string) => Promise<Account | undefined>;
  readonly authenticate: (tenant: Tenant, input: PasswordSignIn) => Promise<SignInResult>;
  /** What a page asks an authenticator, and what its answer is worth. */
  readonly beginPasskeySignIn: Wired<typeof beginPasskeySignIn>;
  readonly finishPasskeySignIn: Wired<typeof finishPasskeySignIn>;
  /** What second factors an account has. */
  readonly factorsOf: (
    tenantId: TenantId,
    accountId: string,
  ) => Promise<{ totp: unknown; passkeys: number; recoveryCodesLeft: number }>;
  readonly factors: FactorDeps;
  /** Whether browsers offer passkeys at an issuer. */
  readonly offersPasskeys: (issuer: string) => boolean;
  /** Whether this deployment can send mail: what needs it is not offered otherwise. */
  readonly mailEnabled: boolean;
  /** Writes to the owner of an account that something about its security changed. */
  readonly notifyOwner: (
    tenant: Tenant,
    account: Account,
    notice: { event: SecurityEvent; item?: string; address: string; userAgent: string },
  ) => Promise<void>;
  /** The ways to a first factor, and to an account, that go over a mailbox. */
  readonly requestRecovery: Wired<typeof requestRecovery>;
  readonly requestSignInCode: Wired<typeof requestSignInCode>;
  readonly signInByCode: Wired<typeof signInByCode>;
  readonly requestEmailConfirmation: Wired<typeof requestEmailConfirmation>;
  readonly confirmEmail: Wired<typeof confirmEmail>;
  readonly beginRegistration: Wired<typeof beginRegistration>;
  readonly sendRegistrationCode: Wired<typeof sendRegistrationCode>;
  readonly finishRegistration: Wired<typeof finishRegistration>;
  /** Whose invitation a link is; looking uses nothing up. */
  readonly findInvitation: Wired<typeof findInvitation>;
  readonly acceptInvitation: Wired<typeof acceptInvitation>;
  /** Signing in with providers of others. */
  readonly upstream: UpstreamUse;
  readonly recordGrant: (tenant: Tenant, decision: ConsentDecision) => Promise<RecordedGrant>;
  /** Whose link it is; looking uses nothing up. */
  readonly findResetLink: (tenant: Tenant, token: string) => Promise<Account | undefined>;
  readonly resetPassword: (tenant: Tenant, input: NewPassword) => Promise<ResetPasswordResult>;
  /** Shortest password that `resetPassword` takes, in characters. */
  readonly passwordMinCharacters: number;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Which browser proved what an interaction holds. */
  readonly provingBrowser: ProvingBrowser;
  /** Shared by all replicas; read anew for each form. */
  readonly csrfSecret: () => string;
  readonly render: RenderPage;
}

/** A new password and the link that allows setting it. */
export interface NewPassword {
  readonly token: string;
  readonly password: string;
  readonly address: string;
  readonly requestId: string;
}

/** What the library stores of an interaction. */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** One request for a hosted page. */
export interface Visit {
  readonly ctx: ParameterizedContext<RequestState & TenantState>;
  readonly messages: Messages;
  /** Empty for a GET. Its token and its origin have been checked. */
  readonly form: FormBody;
}

/** One request for a page of an interaction, which is this browser's. */
export interface InteractionVisit extends Visit {
  readonly interaction: Interaction;
  /** What the interaction needs next, as it was when the request came. */
  readonly step: Step;
}

/** Answers with a page of the visit's tenant. */
export function showPage(deps: Pick<InteractionDeps, 'render'>, visit: Visit, page: Page): void {
  const { ctx, messages } = visit;
  const frame = pageFrame(ctx.state.tenant, messages, languageMenu(ctx, messages));
  deps.render(ctx, frame, page);
}

/**
 * A visit as it goes on once it is known whose page it is: in the language of their account,
 * unless the application or the person has asked for another one.
 *
 * @param account.locale - the claim, which may be missing
 */
export async function visitOf<V extends Visit>(
  visit: V,
  account: { readonly locale?: unknown },
): Promise<V> {
  const interaction = 'interaction' in visit ? (visit.interaction as Interaction) : undefined;
  const wishes = {
    uiLocales: interaction?.params.ui_locales,
    accountLocale: account.locale,
  };
  return { ...visit, messages: await requestMessages(visit.ctx, wishes) };
}

/** Leads the browser on with a GET, whatever it came with. RFC 9110, section 15.4.4 */
export function seeOther({ ctx }: Visit, address: string): void {
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(address);
}

/** Path of an interaction; its forms post below it, where its cookie goes too. */
export function interactionPath(ctx: Visit['ctx'], uid: string): string {
  return `${ctx.state.issuerPath}/interaction/${uid}`;
}

/** What the token of an interaction's forms is for. */
export function interactionPurpose(ctx: Visit['ctx'], uid: string): string {
  return `interaction ${ctx.state.tenant.id} ${uid}`;
}

/** What the token of a link's form is for. */
export function linkPurpose(ctx: Visit['ctx'], token: string): string {
  return `link ${ctx.state.tenant.id} ${sha256(token)}`;
}

/**
 * What every form of an interaction needs: where to, its token, where its answer may lead: to the
 * redirect URI, and to the client's home, because Chromium holds a form's policy against every
 * further redirect, and a callback often leads on to an application's own front.
 */
export function interactionForm(
  deps: Pick<InteractionDeps, 'csrfSecret'>,
  visit: InteractionVisit,
  client: RegisteredClient | undefined,
) {
  const { ctx, interaction } = visit;
  return {
    action: interactionPath(ctx, interaction.uid),
    csrf: csrfToken(deps.csrfSecret(), interactionPurpose(ctx, interaction.uid)),
    formTargets: formTargets(interaction.params.redirect_uri, client?.metadata.client_uri),
  };
}

/** Who asks for a mail, as the mail says it. */
export function asker({ ctx }: Visit): { address: string; requestId: string; browser?: string } {
  const { address, requestId } = ctx.state;
  const browser = browserName(ctx.get('User-Agent'));
  return { address, requestId, ...(browser === undefined ? {} : { browser }) };
}

/** Says when trying again makes sense, where it is too early. */
export function waitBefore({ ctx }: Visit, problem: object | undefined): void {
  if (problem !== undefined && 'retryAfterSeconds' in problem) {
    ctx.set('Retry-After', String(problem.retryAfterSeconds));
  }
}

/** A parameter of the authorization request, when it is a text. */
export function parameter(interaction: Interaction, name: string): string | undefined {
  const value = interaction.params[name];
  return typeof value === 'string' ? value : undefined;
}

/** The client of an interaction and the name that people know it by. */
export async function interactionClient(
  deps: Pick<InteractionDeps, 'findClient'>,
  { ctx, interaction, messages }: InteractionVisit,
): Promise<{ id: string; name: string; registered: RegisteredClient | undefined }> {
  const id = parameter(interaction, 'client_id') ?? '';
  return { id, ...(await shownClient(deps, ctx, messages, id)) };
}

/** A client as pages know it; the account page is one, under a name in the page's language. */
export async function shownClient(
  deps: Pick<InteractionDeps, 'findClient'>,
  ctx: Visit['ctx'],
  messages: Messages,
  clientId: string,
): Promise<{ name: string; registered: RegisteredClient | undefined }> {
  const { tenant, issuer } = ctx.state;
  if (clientId === ACCOUNT_CLIENT_ID) {
    return { name: messages.accountPage.title, registered: accountClient(tenant.id, issuer) };
  }
  const registered = await deps.findClient(tenant.id, clientId);
  return { name: registered === undefined ? clientId : clientName(registered), registered };
}

/** Who is signed in, as pages show it; undefined when the account is gone or disabled. */
export async function shownAccount(
  deps: Pick<InteractionDeps, 'findAccount'>,
  { ctx }: Visit,
  accountId: string,
): Promise<{ name: string; username: string; locale: unknown } | undefined> {
  const account = await deps.findAccount(ctx.state.tenant.id, accountId);
  return account === undefined || account.disabled ? undefined : shownAs(account);
}

/** An account as pages show it. */
export function shownAs({ username, claims }: Account) {
  const { name, locale } = claims;
  return {
    name: typeof name === 'string' && name.trim() !== '' ? name : username,
    username,
    locale,
  };
}
