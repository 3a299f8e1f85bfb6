import type { ConsentDecision } from '../grants/record-grant.ts';
import type { GrantRequest } from '../grants/recorded-grant.ts';
import { displayName } from '../languages/display-text.ts';
import { finishInteraction } from './finish-interaction.ts';
import { consentPage } from './pages/consent-page.ts';
import type { StepOf } from './step.ts';
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

type ConsentStep = StepOf<'consent'>;

/** Shows what a client asks for. */
export async function showConsent(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: ConsentStep,
): Promise<void> {
  const { tenant } = visit.ctx.state;
  const asked = step.nothingNew ? allowedBefore(visit) : step.asked;
  const [client, account, applicationNames] = await Promise.all([
    interactionClient(deps, visit),
    shownAccount(deps, visit, step.accountId),
    namesOfApplications(deps, visit, asked),
  ]);
  // The account went away meanwhile: let the protocol look again, it will ask for another.
  if (account === undefined) return finishInteraction(visit, {});

  const { metadata, application } = client.registered ?? {};
  const theirs = await visitOf(visit, account);
  const page = consentPage(theirs.messages, {
    ...interactionForm(deps, visit, client.registered),
    siteName: displayName(tenant.name),
    client: {
      name: client.name,
      firstParty: application?.firstParty ?? false,
      websiteUri: metadata?.client_uri,
      policyUri: metadata?.policy_uri,
      termsUri: metadata?.tos_uri,
    },
    redirectUri: parameter(visit.interaction, 'redirect_uri'),
    account,
    asked,
    nothingNew: step.nothingNew,
    applicationNames,
  });
  showPage(deps, theirs, page);
}

/** Takes a yes: records what the page showed, which is what is stored, never what is posted. */
export async function submitConsent(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: ConsentStep,
): Promise<void> {
  if (!step.nothingNew) {
    await deps.recordGrant(visit.ctx.state.tenant, consentDecision(visit, step));
  }
  await finishInteraction(visit, { consent: {} });
}

/** What a person decides about on the consent page, as grants record it. */
export function consentDecision(visit: InteractionVisit, step: ConsentStep): ConsentDecision {
  const { ctx, interaction } = visit;
  return {
    accountId: step.accountId,
    clientId: parameter(interaction, 'client_id') ?? '',
    asked: step.asked,
    address: ctx.state.address,
    requestId: ctx.state.requestId,
  };
}

/** With nothing new to allow, the page repeats what the request asks for. */
function allowedBefore(visit: InteractionVisit): GrantRequest {
  const scopes = (parameter(visit.interaction, 'scope') ?? '').split(' ').filter(Boolean);
  return { scopes, claims: [], resourceScopes: {} };
}

async function namesOfApplications(
  deps: Pick<InteractionDeps, 'findApplicationByAudience'>,
  { ctx }: InteractionVisit,
  asked: GrantRequest,
): Promise<Record<string, string>> {
  const names = await Promise.all(
    Object.keys(asked.resourceScopes).map(async (resource) => {
      const application = await deps.findApplicationByAudience(ctx.state.tenant.id, resource);
      return [resource, application?.name ?? resource] as const;
    }),
  );
  return Object.fromEntries(names);
}
