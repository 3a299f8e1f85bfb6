import type { SignInPurpose } from '../accounts/passkey-challenge.ts';
import { REMEMBERED_BROWSER_SECONDS } from '../accounts/remember-browser.ts';
import { mustFinish } from '../http/must-finish.ts';
import { askForPasskey, takePasskey } from './ask-passkey.ts';
import { finishInteraction } from './finish-interaction.ts';
import { provedSoFar } from './next-login-step.ts';
import { PASSKEY_FIELD } from './pages/passkey-form.ts';
import { type SecondFactorProblem, secondFactorPage } from './pages/second-factor-page.ts';
import { noteAndProceed, proceedWith } from './proceed.ts';
import { rememberThisBrowser } from './remembered-browser.ts';
import type { Proof } from './sign-in-progress.ts';
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
  const [client, account, passkey] = await Promise.all([
    interactionClient(deps, visit),
    shownAccount(deps, visit, step.accountId),
    chosen === 'passkey' ? askForPasskey(deps, visit, purposeOf(step)) : undefined,
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
    passkey,
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
  const { form } = visit;
  // The page's own, whatever another tab has chosen meanwhile.
  const sent = form.has(PASSKEY_FIELD) ? 'passkey' : form.get('factor');
  const chosen = step.methods.find((one) => one === sent) ?? step.chosen;
  const remember = form.has('remember');
  const proof =
    chosen === 'passkey'
      ? await provedByPasskey(deps, visit, step)
      : await provedByCode(deps, visit, step.accountId, chosen);
  if ('kind' in proof) {
    return showSecondFactor(deps, visit, { ...step, chosen }, { remember, problem: proof });
  }
  if (remember) await rememberThisBrowser(deps, visit, step.accountId);
  await proceedWith(deps, visit, proof);
}

/**
 * Takes another second factor, to prove or to set up; nothing but its name is noted, and the
 * dispatcher decides whether there is such a one here.
 */
export async function chooseFactor(deps: InteractionDeps, visit: InteractionVisit): Promise<void> {
  const chosen = SECOND_FACTORS.find((one) => one === visit.form.get('factor'));
  await noteAndProceed(deps, visit, { [STORED.factor]: chosen });
}

/** Whoever has proved a first factor proves a second one with a passkey of their own alone. */
function purposeOf({ accountId }: SecondFactorStep): SignInPurpose {
  return { purpose: 'second_factor', accountId };
}

async function provedByPasskey(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: SecondFactorStep,
): Promise<Proof | SecondFactorProblem> {
  const result = await takePasskey(deps, visit, purposeOf(step));
  if (result.outcome === 'rejected') return { kind: result.outdated ? 'outdated' : 'rejected' };
  const { account, method, userVerified, authenticatedAt: at } = result;
  return { accountId: account.id, method, userVerified, at };
}

async function provedByCode(
  deps: InteractionDeps,
  visit: InteractionVisit,
  accountId: string,
  factor: 'totp' | 'recovery_code',
): Promise<Proof | SecondFactorProblem> {
  const { ctx, form, interaction } = visit;
  const { tenant, address, requestId, startedAt } = ctx.state;
  const code = form.get('code') ?? '';
  if (code.trim() === '') return { kind: 'missing' };
  const clientId = parameter(interaction, 'client_id');
  const attempt = {
    accountId,
    code,
    address,
    requestId,
    ...(clientId === undefined ? {} : { clientId }),
  };
  // It works once.
  mustFinish(ctx);
  const verdict =
    factor === 'totp'
      ? await deps.factors.verifyTotp(tenant, attempt)
      : await deps.factors.useRecoveryCode(tenant, attempt);
  if (verdict.outcome === 'locked') {
    return { kind: 'locked', retryAfterSeconds: verdict.retryAfterSeconds };
  }
  if (verdict.outcome === 'rejected') {
    return { kind: verdict.reason === 'reused' ? 'reused' : 'rejected' };
  }
  if (factor === 'recovery_code') await tellOwner(deps, visit, accountId, 'recovery_code_used');
  return { accountId, method: verdict.method, at: startedAt };
}
