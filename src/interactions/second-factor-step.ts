import type { FactorAttempt } from '../accounts/factor-attempt.ts';
import type { RecoveryVerdict } from '../accounts/recovery-codes.ts';
import { REMEMBERED_BROWSER_SECONDS } from '../accounts/remember-browser.ts';
import type { TotpVerdict } from '../accounts/verify-totp.ts';
import { finishInteraction } from './finish-interaction.ts';
import { provedSoFar } from './next-login-step.ts';
import { type SecondFactorProblem, secondFactorPage } from './pages/second-factor-page.ts';
import { noteAndProceed, proceedWith } from './proceed.ts';
import { rememberThisBrowser } from './remembered-browser.ts';
import { SECOND_FACTORS, STORED, type StepOf } from './step.ts';
import { tellOwner } from './tell-owner.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  parameter,
  shownAccount,
  showPage,
} from './visit.ts';

type SecondFactorStep = StepOf<'second_factor'>;

/** What came with a form that has to be shown again. */
interface Attempt {
  readonly remember: boolean;
  readonly problem: SecondFactorProblem;
}

/** Shows the page of a second factor; with `attempt`, as it came back. */
export async function showSecondFactor(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: SecondFactorStep,
  attempt?: Attempt,
): Promise<void> {
  const { ctx, interaction, messages } = visit;
  const { chosen } = step;
  if (chosen === 'passkey') throw new TypeError('no page shows a passkey');
  const [client, account] = await Promise.all([
    interactionClient(deps, visit),
    shownAccount(deps, visit, step.accountId),
  ]);
  // The account went away meanwhile: the protocol asks for another.
  if (account === undefined) return finishInteraction(visit, {});
  const remembered = provedSoFar(interaction)?.rememberedBrowser === true;
  const page = secondFactorPage(messages, {
    ...interactionForm(deps, visit, client.registered),
    siteName: ctx.state.tenant.name,
    account,
    chosen,
    methods: step.methods,
    rememberSeconds: remembered ? undefined : REMEMBERED_BROWSER_SECONDS,
    remember: attempt?.remember ?? false,
    problem: attempt?.problem,
  });
  if (attempt?.problem.kind === 'locked') {
    ctx.set('Retry-After', String(attempt.problem.retryAfterSeconds));
  }
  showPage(deps, visit, page);
}

/**
 * Takes a second factor: checks it and goes on, or shows its page again.
 *
 * @throws StorageUnavailableError; nothing was decided
 */
export async function submitSecondFactor(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: SecondFactorStep,
): Promise<void> {
  const { ctx, form } = visit;
  // The page's own, whatever another tab has chosen meanwhile.
  const method = step.methods.find((one) => one === form.get('factor')) ?? step.chosen;
  const remember = form.has('remember');
  const again = (problem: SecondFactorProblem) =>
    showSecondFactor(deps, visit, { ...step, chosen: method }, { remember, problem });

  const code = form.get('code') ?? '';
  if (code.trim() === '') return again({ kind: 'missing' });
  const verdict = await verify(deps, visit, method, { accountId: step.accountId, code });
  if (verdict.outcome === 'locked') {
    return again({ kind: 'locked', retryAfterSeconds: verdict.retryAfterSeconds });
  }
  if (verdict.outcome === 'rejected') {
    return again({ kind: verdict.reason === 'reused' ? 'reused' : 'rejected' });
  }
  if (method === 'recovery_code') {
    await tellOwner(deps, visit, step.accountId, 'recovery_code_used');
  }
  if (remember) await rememberThisBrowser(deps, visit, step.accountId);
  await proceedWith(deps, visit, {
    accountId: step.accountId,
    method: verdict.method,
    at: ctx.state.startedAt,
  });
}

/**
 * Takes another second factor, to prove or to set up; nothing but its name is noted, and the
 * dispatcher decides whether there is such a one here.
 */
export async function chooseFactor(deps: InteractionDeps, visit: InteractionVisit): Promise<void> {
  const chosen = SECOND_FACTORS.find((one) => one === visit.form.get('factor'));
  await noteAndProceed(deps, visit, { [STORED.factor]: chosen });
}

async function verify(
  { factors }: Pick<InteractionDeps, 'factors'>,
  { ctx, interaction }: InteractionVisit,
  method: SecondFactorStep['chosen'],
  typed: Pick<FactorAttempt, 'accountId' | 'code'>,
): Promise<TotpVerdict | RecoveryVerdict> {
  const { tenant, address, requestId } = ctx.state;
  const clientId = parameter(interaction, 'client_id');
  const attempt = {
    ...typed,
    address,
    requestId,
    ...(clientId === undefined ? {} : { clientId }),
  };
  return method === 'totp'
    ? factors.verifyTotp(tenant, attempt)
    : factors.useRecoveryCode(tenant, attempt);
}
