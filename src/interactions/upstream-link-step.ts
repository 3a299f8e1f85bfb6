import type { UpstreamIdentity, UpstreamProvider } from '../upstream/upstream.ts';
import { upstreamLinkPage } from './pages/upstream-pages.ts';
import { noteAndProceed } from './proceed.ts';
import { STORED, type StepOf } from './step.ts';
import { tellOwner } from './tell-owner.ts';
import { providerOf, requestOf, shownIdentity } from './upstream-step.ts';
import { unlinkedIn } from './upstream-use.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionClient,
  interactionForm,
  shownAccount,
  showPage,
  visitOf,
} from './visit.ts';

/** Asks whoever has signed in whether the identity that waits is to be linked to their account. */
export async function showUpstreamLink(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: StepOf<'upstream_link'>,
): Promise<void> {
  const waiting = await waitingIdentity(deps, visit);
  const account = await shownAccount(deps, visit, step.accountId);
  if (waiting === undefined || account === undefined) return forgetIdentity(deps, visit);
  const client = await interactionClient(deps, visit);
  const theirs = await visitOf(visit, account);
  const page = upstreamLinkPage(theirs.messages, {
    ...interactionForm(deps, visit, client.registered),
    provider: waiting.provider.name,
    who: shownIdentity(waiting.identity),
    account,
  });
  showPage(deps, theirs, page);
}

/** Links the identity, or leaves it; either way the sign-in goes on. */
export async function submitUpstreamLink(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: StepOf<'upstream_link'>,
): Promise<void> {
  const { tenant } = visit.ctx.state;
  const { accountId } = step;
  const waiting = await waitingIdentity(deps, visit);
  if (visit.form.get('choice') === 'link' && waiting !== undefined) {
    const { provider, identity } = waiting;
    const input = { accountId, identity };
    const outcome = await deps.upstream.link(tenant, input, requestOf(visit));
    if (outcome === 'created') {
      await tellOwner(deps, visit, accountId, 'sign_in_method_linked', provider.name);
    }
  }
  await forgetIdentity(deps, visit);
}

async function forgetIdentity(deps: InteractionDeps, visit: InteractionVisit): Promise<void> {
  await noteAndProceed(deps, visit, { [STORED.upstreamIdentity]: undefined });
}

async function waitingIdentity(
  deps: InteractionDeps,
  visit: InteractionVisit,
): Promise<{ provider: UpstreamProvider; identity: UpstreamIdentity } | undefined> {
  const identity = unlinkedIn(visit.interaction.result)?.identity;
  if (identity === undefined) return undefined;
  const provider = await providerOf(deps, visit, identity.provider);
  return provider === undefined ? undefined : { provider, identity };
}
