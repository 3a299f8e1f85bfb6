import { VERIFY_EMAIL_LATER } from './next-login-step.ts';
import {
  type CodeProblem,
  mailedCodePage,
  type SendProblem,
  verifyEmailPage,
} from './pages/way-pages.ts';
import { noteAndProceed } from './proceed.ts';
import { PROGRESS, progressIn } from './sign-in-progress.ts';
import { STORED, type StepOf } from './step.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  interactionPath,
  seeOther,
  showPage,
  waitBefore,
} from './visit.ts';

type VerifyStep = StepOf<'verify_email'>;

/** Offers to send a code to the account's address, or asks for the code. */
export async function showVerifyEmail(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: VerifyStep,
  outcome: { problem?: SendProblem | CodeProblem; resent?: boolean } = {},
): Promise<void> {
  const { messages, interaction } = visit;
  const { problem, resent = false } = outcome;
  const client = await interactionClient(deps, visit);
  const form = interactionForm(deps, visit, client.registered);
  waitBefore(visit, problem);
  if (interaction.result?.[STORED.sent] === undefined) {
    const view = { ...form, email: step.email, problem: problem as SendProblem };
    return showPage(deps, visit, verifyEmailPage(messages, view));
  }
  const page = mailedCodePage(messages, {
    ...form,
    title: messages.verifyEmail.title,
    heading: messages.verifyEmail.heading,
    lead: messages.verifyEmail.codeLead(step.email),
    submit: messages.verifyEmail.codeSubmit,
    routes: { check: 'verify-email', resend: 'verify-email-send' },
    back: { route: 'verify-email-later', text: messages.verifyEmail.later },
    resent,
    problem: problem as CodeProblem,
  });
  showPage(deps, visit, page);
}

/** Sends a code, or another one. */
export async function sendVerifyEmail(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: VerifyStep,
): Promise<void> {
  const { messages, interaction } = visit;
  const { tenant } = visit.ctx.state;
  const result = await deps.requestEmailConfirmation(tenant, who(visit, step), messages.lang);
  if (result.outcome === 'throttled') {
    return showVerifyEmail(deps, visit, step, { problem: { ...result, kind: 'pause' } });
  }
  if (interaction.result?.[STORED.sent] !== undefined) {
    return showVerifyEmail(deps, visit, step, { resent: true });
  }
  await noteAndProceed(deps, visit, { [STORED.sent]: true });
}

/** Takes the code and goes on, or shows the form again. */
export async function submitVerifyEmail(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: VerifyStep,
): Promise<void> {
  const code = visit.form.get('code') ?? '';
  const again = (problem: CodeProblem) => showVerifyEmail(deps, visit, step, { problem });
  if (code.trim() === '') return again({ kind: 'missing' });
  const result = await deps.confirmEmail(visit.ctx.state.tenant, who(visit, step), code);
  if (result.outcome === 'locked') return again({ ...result, kind: 'locked' });
  if (result.outcome !== 'confirmed') return again({ kind: result.outcome });
  await noteAndProceed(deps, visit, { [STORED.sent]: undefined });
}

/** Goes on without; the next sign-in asks again. */
export async function postponeVerifyEmail(
  deps: InteractionDeps,
  visit: InteractionVisit,
): Promise<void> {
  const progress = progressIn(visit.interaction.result);
  if (progress === undefined) {
    return seeOther(visit, interactionPath(visit.ctx, visit.interaction.uid));
  }
  await noteAndProceed(deps, visit, {
    [STORED.sent]: undefined,
    [PROGRESS]: { ...progress, later: [...progress.later, VERIFY_EMAIL_LATER] },
  });
}

function who({ ctx, interaction }: InteractionVisit, { accountId, email, locale }: VerifyStep) {
  const { address, requestId } = ctx.state;
  const account = { id: accountId, email, claims: { locale } };
  return { account, binding: interaction.uid, address, requestId };
}
