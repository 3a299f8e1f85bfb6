import { ACR_SINGLE_FACTOR } from '../accounts/acr.ts';
import type { SignInResult } from '../accounts/authenticate-account.ts';
import { PASSWORD_MAX_BYTES } from '../accounts/password-hasher.ts';
import { finishInteraction } from './finish-interaction.ts';
import { nextStep, SELECT_ACCOUNT, type Step } from './next-step.ts';
import { type SignInProblem, signInPage } from './pages/sign-in-page.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  interactionPath,
  parameter,
  seeOther,
  shownAccount,
  showPage,
} from './visit.ts';

type SignInStep = Extract<Step, { kind: 'sign_in' }>;

/** What came with a form that has to be shown again. */
interface Attempt {
  readonly identifier: string;
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
  const [client, account] = await Promise.all([
    interactionClient(deps, visit),
    step.why === 'confirm' ? shownAccount(deps, visit, step.accountId) : undefined,
  ]);
  const page = signInPage(visit.messages, {
    ...interactionForm(deps, visit, client.registered),
    clientName: client.name === '' ? undefined : client.name,
    // Whoever had to confirm may be gone by now.
    why: step.why === 'confirm' && account === undefined ? 'start' : step.why,
    identifier: attempt?.identifier ?? account?.username ?? hint(visit, step),
    account,
    remember: attempt?.remember ?? false,
    problem: attempt?.problem,
  });
  if (attempt?.problem.kind === 'locked') {
    visit.ctx.set('Retry-After', String(attempt.problem.retryAfterSeconds));
  }
  showPage(deps, visit, page);
}

/**
 * Takes a sign-in: checks it and gives the protocol who it is, or shows the form again.
 *
 * @throws OverloadedError, StorageUnavailableError; nothing was decided
 */
export async function submitSignIn(deps: InteractionDeps, visit: InteractionVisit): Promise<void> {
  const { ctx, form, interaction } = visit;
  const step = nextStep(interaction);
  if (step.kind !== 'sign_in') return seeOther(visit, interactionPath(ctx, interaction.uid));

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
  await finishInteraction(visit, {
    login: {
      accountId: result.account.id,
      amr: [...result.amr],
      acr: ACR_SINGLE_FACTOR,
      ts: Math.floor(result.authenticatedAt.getTime() / 1000),
      remember,
    },
    // Whoever typed a name has chosen.
    ...(interaction.prompt.name === SELECT_ACCOUNT ? { [SELECT_ACCOUNT]: {} } : {}),
  });
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
