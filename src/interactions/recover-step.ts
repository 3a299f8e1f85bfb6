import { linkWithToken, RESET_PASSWORD_PATH } from '../applications/account-client.ts';
import { identifierPage, recoverSentPage, type SendProblem } from './pages/way-pages.ts';
import { noteAndProceed } from './proceed.ts';
import { typedIdentifier } from './sign-in-step.ts';
import { STORED, type StepOf } from './step.ts';
import {
  asker,
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  showPage,
  waitBefore,
} from './visit.ts';

/** Asks whose password is to be set anew, or says that a link is on its way, if to anybody. */
export async function showRecovery(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: StepOf<'recover'>,
  problem?: SendProblem,
): Promise<void> {
  const client = await interactionClient(deps, visit);
  const form = interactionForm(deps, visit, client.registered);
  if (step.sent) return showPage(deps, visit, recoverSentPage(visit.messages, form));
  const identifier = visit.form.get('identifier') ?? typedIdentifier(visit);
  const view = { ...form, way: 'recover', identifier, problem } as const;
  waitBefore(visit, problem);
  showPage(deps, visit, identifierPage(visit.messages, view));
}

/** Sends a link, if there is anybody to send it to; the page that follows is the same. */
export async function submitRecovery(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: StepOf<'recover'>,
): Promise<void> {
  const { ctx, form, messages } = visit;
  const identifier = form.get('identifier') ?? '';
  if (identifier.trim() === '') return showRecovery(deps, visit, step, { kind: 'missing_name' });
  const { issuer, tenant } = ctx.state;
  const result = await deps.requestRecovery(tenant, {
    identifier,
    linkTo: (token) => linkWithToken(issuer, RESET_PASSWORD_PATH, token),
    locale: messages.lang,
    ...asker(visit),
  });
  if (result.outcome === 'throttled') {
    return showRecovery(deps, visit, step, { ...result, kind: 'pause' });
  }
  await noteAndProceed(deps, visit, { [STORED.sent]: true });
}
