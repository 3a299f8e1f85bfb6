import type { SignInResult } from '../accounts/authenticate-account.ts';
import type { SignInPurpose } from '../accounts/passkey-challenge.ts';
import { PASSWORD_MAX_BYTES } from '../accounts/password-hasher.ts';
import { askForPasskey, takePasskey } from './ask-passkey.ts';
import { waysOffered } from './next-login-step.ts';
import { welcomeText } from './page-frame.ts';
import { type SignInProblem, signInPage } from './pages/sign-in-page.ts';
import { proceedWith } from './proceed.ts';
import type { StepOf } from './step.ts';
import { offeredUpstreams } from './upstream-step.ts';
import { unlinkedIn } from './upstream-use.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  parameter,
  shownAccount,
  showPage,
  visitOf,
} from './visit.ts';

type SignInStep = StepOf<'sign_in'>;

/** What came with a form that has to be shown again. */
interface Attempt {
  /** As typed; a passkey comes without. */
  readonly identifier?: string;
  readonly remember: boolean;
  readonly problem: SignInProblem;
}

/** Shows the sign-in page; with `attempt`, as it came back. */
export async function showSignIn(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: SignInStep,
  attempt?: Attempt,
): Promise<void> {
  const [client, upstream, account, passkey] = await Promise.all([
    interactionClient(deps, visit),
    offeredUpstreams(deps, visit, step),
    step.why === 'confirm' ? shownAccount(deps, visit, step.accountId) : undefined,
    askForPasskey(deps, visit, purposeOf(step)),
  ]);
  const gone = step.why === 'confirm' && account === undefined;
  const theirs = account === undefined ? visit : await visitOf(visit, account);
  const page = signInPage(theirs.messages, {
    ...interactionForm(deps, visit, client.registered),
    clientName: client.name === '' ? undefined : client.name,
    // Whoever had to confirm may be gone by now.
    why: gone ? 'start' : step.why,
    identifier:
      attempt?.identifier ?? account?.username ?? upstream.unlinked?.email ?? hint(visit, step),
    account,
    remember: attempt?.remember ?? false,
    problem: attempt?.problem,
    passkey: gone ? undefined : passkey,
    welcome: welcomeText(visit.ctx.state.tenant, theirs.messages),
    ways: waysOffered({
      settings: visit.ctx.state.tenant.settings,
      mailEnabled: deps.mailEnabled,
    }).filter((way) => way !== 'register' || (step.why !== 'confirm' && mayRegister(visit))),
    upstream,
  });
  if (attempt?.problem.kind === 'locked') {
    visit.ctx.set('Retry-After', String(attempt.problem.retryAfterSeconds));
  }
  showPage(deps, theirs, page);
}

/**
 * Takes a password: checks it and goes on, or shows the form again.
 *
 * @throws OverloadedError, StorageUnavailableError; nothing was decided
 */
export async function submitSignIn(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: SignInStep,
): Promise<void> {
  const { form } = visit;
  const identifier = form.get('identifier') ?? '';
  const password = form.get('password') ?? '';
  const remember = form.has('remember');
  const again = (problem: SignInProblem) =>
    showSignIn(deps, visit, step, { identifier, remember, problem });

  const missing = { identifier: identifier.trim() === '', password: password === '' };
  if (missing.identifier || missing.password) return again({ kind: 'missing', ...missing });

  const result = await authenticate(deps, visit, identifier, password);
  if (result.outcome === 'rejected') return again({ kind: 'rejected' });
  if (result.outcome === 'locked') {
    return again({ kind: 'locked', retryAfterSeconds: result.retryAfterSeconds });
  }
  await proceedWith(deps, visit, {
    accountId: result.account.id,
    method: 'pwd',
    at: result.authenticatedAt,
    remember,
  });
}

/**
 * Takes an authenticator's answer: signs in and goes on, or shows the page again.
 *
 * @throws StorageUnavailableError; nothing was decided
 */
export async function submitPasskey(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: SignInStep,
): Promise<void> {
  const remember = (visit.form.get('remember') ?? '') !== '';
  const result = await takePasskey(deps, visit, purposeOf(step));
  if (result.outcome === 'rejected') {
    const problem = { kind: 'passkey', outdated: result.outdated } as const;
    return showSignIn(deps, visit, step, { remember, problem });
  }
  await proceedWith(deps, visit, {
    accountId: result.account.id,
    method: result.method,
    userVerified: result.userVerified,
    at: result.authenticatedAt,
    remember,
  });
}

/** Whoever has to confirm can do so with a passkey of their own alone. */
function purposeOf(step: SignInStep): SignInPurpose {
  return step.why === 'confirm'
    ? { purpose: 'confirmation', accountId: step.accountId }
    : { purpose: 'sign_in' };
}

async function authenticate(
  deps: InteractionDeps,
  { ctx, interaction }: InteractionVisit,
  identifier: string,
  password: string,
): Promise<SignInResult> {
  // Nobody's: a person who pasted a whole document hears what everybody hears.
  if (Buffer.byteLength(password) > PASSWORD_MAX_BYTES) return { outcome: 'rejected' };
  const clientId = parameter(interaction, 'client_id');
  return deps.authenticate(ctx.state.tenant, {
    identifier,
    password,
    address: ctx.state.address,
    requestId: ctx.state.requestId,
    ...(clientId === undefined ? {} : { clientId }),
  });
}

/** OpenID Connect Core 1.0, section 3.1.2.1 (`login_hint`): a guess, not for somebody else. */
function hint(visit: InteractionVisit, step: SignInStep): string {
  return step.why === 'chosen_other' ? '' : (parameter(visit.interaction, 'login_hint') ?? '');
}

/** Whom the pages of other ways begin with. */
export function typedIdentifier(visit: InteractionVisit): string {
  const { form, interaction } = visit;
  const atProvider = unlinkedIn(interaction.result)?.identity.email;
  return form.get('identifier') ?? atProvider ?? parameter(interaction, 'login_hint') ?? '';
}

/** Whoever's provider says who they are makes an account only where that provider brings people. */
function mayRegister({ interaction }: InteractionVisit): boolean {
  return unlinkedIn(interaction.result)?.mayRegister ?? true;
}
