import { mustFinish } from '../http/must-finish.ts';
import {
  type CodeProblem,
  identifierPage,
  mailedCodePage,
  type SendProblem,
} from './pages/way-pages.ts';
import { noteAndProceed, proceedWith } from './proceed.ts';
import { typedIdentifier } from './sign-in-step.ts';
import { STORED, type StepOf } from './step.ts';
import {
  asker,
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  parameter,
  showPage,
  waitBefore,
} from './visit.ts';

type EmailCodeStep = StepOf<'email_code'>;

/** Asks where to send a code, or for the code. */
export async function showEmailCode(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: EmailCodeStep,
  outcome: { problem?: SendProblem | CodeProblem; resent?: boolean } = {},
): Promise<void> {
  const { emailCode, ways } = visit.messages;
  const client = await interactionClient(deps, visit);
  const form = interactionForm(deps, visit, client.registered);
  const { problem, resent = false } = outcome;
  waitBefore(visit, problem);
  if (step.stage === 'address') {
    const identifier = visit.form.get('identifier') ?? typedIdentifier(visit);
    const view = {
      ...form,
      way: 'email_code',
      identifier,
      problem: problem as SendProblem,
    } as const;
    return showPage(deps, visit, identifierPage(visit.messages, view));
  }
  const page = mailedCodePage(visit.messages, {
    ...form,
    title: emailCode.codeTitle,
    heading: emailCode.codeHeading,
    lead: emailCode.codeLead,
    submit: visit.messages.signIn.submit,
    routes: { check: 'email-code', resend: 'email-code-send' },
    back: { route: 'way', text: ways.password },
    resent,
    problem: problem as CodeProblem,
  });
  showPage(deps, visit, page);
}

/** Sends a code, or another one, if there is anybody to send it to. */
export async function sendEmailCode(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: EmailCodeStep,
): Promise<void> {
  const { ctx, form, messages } = visit;
  const again = step.stage === 'code';
  const identifier = again ? sentTo(visit) : (form.get('identifier') ?? '');
  if (identifier.trim() === '') {
    return showEmailCode(deps, visit, step, { problem: { kind: 'missing_name' } });
  }
  const result = await deps.requestSignInCode(ctx.state.tenant, signIn(visit, identifier), {
    locale: messages.lang,
    ...asker(visit),
  });
  if (result.outcome === 'throttled') {
    return showEmailCode(deps, visit, step, { problem: { ...result, kind: 'pause' } });
  }
  if (again) return showEmailCode(deps, visit, step, { resent: true });
  await noteAndProceed(deps, visit, { [STORED.sent]: identifier });
}

/** Takes a code: signs in, or shows the form again. */
export async function submitEmailCode(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: EmailCodeStep,
): Promise<void> {
  const code = visit.form.get('code') ?? '';
  const again = (problem: CodeProblem) => showEmailCode(deps, visit, step, { problem });
  if (code.trim() === '') return again({ kind: 'missing' });
  const { tenant } = visit.ctx.state;
  // It works once.
  mustFinish(visit.ctx);
  const result = await deps.signInByCode(tenant, signIn(visit, sentTo(visit)), code);
  if (result.outcome === 'locked') return again({ ...result, kind: 'locked' });
  if (result.outcome !== 'authenticated') return again({ kind: result.outcome });
  await proceedWith(deps, visit, {
    accountId: result.account.id,
    method: 'email',
    at: result.authenticatedAt,
  });
}

/** Who the code was sent for, as it was typed. */
function sentTo({ interaction }: InteractionVisit): string {
  const sent = interaction.result?.[STORED.sent];
  return typeof sent === 'string' ? sent : '';
}

function signIn(visit: InteractionVisit, identifier: string) {
  const { ctx, interaction } = visit;
  const clientId = parameter(interaction, 'client_id');
  return {
    identifier,
    binding: interaction.uid,
    address: ctx.state.address,
    requestId: ctx.state.requestId,
    ...(clientId === undefined ? {} : { clientId }),
  };
}
