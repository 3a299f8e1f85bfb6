import { finishInteraction, refuseInteraction } from './finish-interaction.ts';
import { applicationGatePage } from './pages/application-gate-page.ts';
import type { StepOf } from './step.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  shownAccount,
  showPage,
  visitOf,
} from './visit.ts';

/** Says who has no access to what, and records that somebody was turned away. */
export async function showApplicationGate(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: StepOf<'application_gate'>,
): Promise<void> {
  const { tenant, address, requestId } = visit.ctx.state;
  const [client, account] = await Promise.all([
    interactionClient(deps, visit),
    shownAccount(deps, visit, step.accountId),
  ]);
  // The account went away meanwhile: let the protocol look again, it will ask for another.
  if (account === undefined) return finishInteraction(visit, {});

  const application = client.registered?.application;
  await deps.audit.record({
    kind: 'application.access_denied',
    tenantId: tenant.id,
    outcome: 'failure',
    actor: { type: 'account', id: step.accountId },
    ...(application === undefined ? {} : { subject: { type: 'application', id: application.id } }),
    clientId: client.id,
    address,
    requestId,
  });
  const theirs = await visitOf(visit, account);
  const page = applicationGatePage(theirs.messages, {
    ...interactionForm(deps, visit, client.registered),
    applicationName: step.applicationName ?? application?.name ?? client.name,
    clientName: client.name,
    account,
  });
  showPage(deps, theirs, page);
}

/** Goes back to the application, which hears `access_denied`. */
export async function leaveApplicationGate(
  _deps: InteractionDeps,
  visit: InteractionVisit,
): Promise<void> {
  await refuseInteraction(visit, 'the End-User has no role in this application');
}
