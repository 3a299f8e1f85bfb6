import type { PendingRegistration, RegistrationProblems } from '../accounts/register-account.ts';
import { mustFinish } from '../http/must-finish.ts';
import { registerPage } from './pages/register-pages.ts';
import { type CodeProblem, mailedCodePage } from './pages/way-pages.ts';
import { noteAndProceed, proceedWith } from './proceed.ts';
import { typedIdentifier } from './sign-in-step.ts';
import { STORED, type StepOf } from './step.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  parameter,
  showPage,
  waitBefore,
} from './visit.ts';

type RegisterStep = StepOf<'register'>;

/** Asks for what an account needs, or for the code that was sent to its address. */
export async function showRegister(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: RegisterStep,
): Promise<void> {
  if (step.stage === 'form') return showForm(deps, visit, {});
  return showCode(deps, visit, {});
}

/** Checks the form and sends a code; whether there is such an account shows nowhere. */
export async function submitRegister(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: RegisterStep,
): Promise<void> {
  const { ctx, form, messages } = visit;
  // An old page, sent again when the code was asked for already.
  if (step.stage !== 'form') return showCode(deps, visit, {});
  const typed = {
    email: form.get('email') ?? '',
    name: form.get('name') ?? '',
    password: form.get('password') ?? '',
  };
  const where = { ...mailLinks(visit), locale: messages.lang };
  const result = await deps.beginRegistration(ctx.state.tenant, typed, visitor(visit), where);
  if (result.outcome === 'invalid') return showForm(deps, visit, { problems: result.problems });
  if (result.outcome === 'throttled') {
    return showForm(deps, visit, { pauseSeconds: result.retryAfterSeconds });
  }
  await noteAndProceed(deps, visit, { [STORED.sent]: result.pending });
}

/** Sends another code. */
export async function resendRegistrationCode(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: RegisterStep,
): Promise<void> {
  const pending = pendingOf(visit);
  if (step.stage !== 'code' || pending === undefined) return showForm(deps, visit, {});
  const { tenant } = visit.ctx.state;
  const sent = await deps.sendRegistrationCode(tenant, pending, visitor(visit), mailLinks(visit));
  if (sent.outcome === 'throttled') {
    return showCode(deps, visit, { problem: { ...sent, kind: 'pause' } });
  }
  await showCode(deps, visit, { resent: true });
}

/** Takes the code: makes the account and signs it in, or shows the form again. */
export async function submitRegistrationCode(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: RegisterStep,
): Promise<void> {
  const pending = pendingOf(visit);
  if (step.stage !== 'code' || pending === undefined) return showForm(deps, visit, {});
  const code = visit.form.get('code') ?? '';
  const again = (problem: CodeProblem) => showCode(deps, visit, { problem });
  if (code.trim() === '') return again({ kind: 'missing' });
  const { tenant, startedAt } = visit.ctx.state;
  // It works once.
  mustFinish(visit.ctx);
  const result = await deps.finishRegistration(tenant, pending, code, visitor(visit));
  if (result.outcome === 'locked') return again({ ...result, kind: 'locked' });
  if (result.outcome !== 'created') return again({ kind: result.outcome });
  await proceedWith(deps, visit, { accountId: result.accountId, method: 'pwd', at: startedAt });
}

async function showForm(
  deps: InteractionDeps,
  visit: InteractionVisit,
  outcome: { problems?: RegistrationProblems; pauseSeconds?: number },
): Promise<void> {
  const { form, messages, ctx } = visit;
  const client = await interactionClient(deps, visit);
  const { pauseSeconds, problems } = outcome;
  if (pauseSeconds !== undefined) waitBefore(visit, { retryAfterSeconds: pauseSeconds });
  const page = registerPage(messages, {
    ...interactionForm(deps, visit, client.registered),
    clientName: client.name === '' ? undefined : client.name,
    email: form.get('email') ?? typedIdentifier(visit),
    name: form.get('name') ?? '',
    minCharacters: deps.passwordMinCharacters,
    termsUri: ctx.state.tenant.settings.branding.termsUrl,
    problems,
    pauseSeconds,
  });
  showPage(deps, visit, page);
}

async function showCode(
  deps: InteractionDeps,
  visit: InteractionVisit,
  outcome: { problem?: CodeProblem; resent?: boolean },
): Promise<void> {
  const { messages } = visit;
  const client = await interactionClient(deps, visit);
  waitBefore(visit, outcome.problem);
  const page = mailedCodePage(messages, {
    ...interactionForm(deps, visit, client.registered),
    title: messages.register.codeTitle,
    heading: messages.register.codeHeading,
    lead: messages.register.codeLead(pendingOf(visit)?.email ?? ''),
    submit: messages.register.codeSubmit,
    routes: { check: 'register-code', resend: 'register-resend' },
    back: { route: 'way', text: messages.register.haveOne },
    resent: outcome.resent ?? false,
    problem: outcome.problem,
  });
  showPage(deps, visit, page);
}

function pendingOf({ interaction }: InteractionVisit): PendingRegistration | undefined {
  const sent = interaction.result?.[STORED.sent];
  return typeof sent === 'object' && sent !== null && 'passwordHash' in sent
    ? (sent as PendingRegistration)
    : undefined;
}

function visitor({ ctx, interaction }: InteractionVisit) {
  const clientId = parameter(interaction, 'client_id');
  return {
    binding: interaction.uid,
    address: ctx.state.address,
    requestId: ctx.state.requestId,
    ...(clientId === undefined ? {} : { clientId }),
  };
}

/** Where a mail leads somebody who has an account already. */
function mailLinks({ ctx }: InteractionVisit) {
  const { issuer } = ctx.state;
  return { signInUrl: `${issuer}/account`, resetUrl: `${issuer}/account` };
}
