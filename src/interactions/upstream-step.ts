import { ACCOUNT_BINDING, ACCOUNT_UPSTREAM_PATH } from '../applications/account-client.ts';
import { GatehouseError } from '../errors.ts';
import { bindingOfState, upstreamCallbackPath } from '../upstream/begin-upstream-sign-in.ts';
import type { UpstreamIdentity, UpstreamProvider } from '../upstream/upstream.ts';
import { movingOnPage, type OfferedUpstream } from './pages/upstream-pages.ts';
import { persistInteraction } from './persist-interaction.ts';
import { noteAndProceed, proceedWith } from './proceed.ts';
import { STORED, type StepOf } from './step.ts';
import { problemIn, requestIn, type UpstreamProblem, unlinkedIn } from './upstream-use.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionPath,
  parameter,
  seeOther,
  showPage,
  type Visit,
} from './visit.ts';

/** What of an answer is read; the rest is the provider's own, and no part of the protocol. */
const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error'];

/** Where a provider's answer goes on to, below an interaction: its cookie goes there too. */
export const ANSWER = 'upstream-answer';

/** What the sign-in page has of other providers: whoever is signed in sees only what they linked. */
export async function offeredUpstreams(
  deps: Pick<InteractionDeps, 'upstream'>,
  { ctx, interaction }: InteractionVisit,
  step: StepOf<'sign_in'>,
): Promise<OfferedUpstream> {
  const { tenant } = ctx.state;
  const providers = await deps.upstream.offeredBy(tenant);
  const nameOf = (key: string | undefined) => providers.find((one) => one.key === key)?.name;
  const linked =
    step.why === 'confirm' && providers.length > 0
      ? await deps.upstream.linksOf(tenant.id, step.accountId)
      : undefined;
  const shown = providers.filter(
    ({ key }) => linked === undefined || linked.some(({ provider }) => provider === key),
  );
  const problem = problemIn(interaction.result);
  const problemName = nameOf(problem?.provider);
  const unlinked = unlinkedIn(interaction.result);
  const unlinkedName = nameOf(unlinked?.identity.provider);
  return {
    providers: shown.map(({ key, name }) => ({ key, name })),
    problem:
      problem === undefined || problemName === undefined
        ? undefined
        : { name: problemName, reason: problem.reason },
    unlinked:
      unlinked === undefined || unlinkedName === undefined
        ? undefined
        : {
            name: unlinkedName,
            who: shownIdentity(unlinked.identity),
            email: unlinked.identity.email,
            mayRegister: unlinked.mayRegister,
          },
  };
}

/**
 * "Continue with …": sends the person to a provider, by a page that leads there. A redirect would
 * be held against the policy of the form, by Chromium also every one that the provider adds, and
 * who knows where to it sends people on.
 */
export async function beginUpstream(
  deps: InteractionDeps,
  visit: InteractionVisit,
  step: StepOf<'sign_in'>,
): Promise<void> {
  const { ctx, form, interaction, messages } = visit;
  const { tenant, issuer } = ctx.state;
  const provider = await providerOf(deps, visit, form.get('provider') ?? '');
  if (provider === undefined) return seeOther(visit, interactionPath(ctx, interaction.uid));
  const confirms = step.why === 'confirm';
  const loginHint = confirms
    ? (await deps.upstream.linksOf(tenant.id, step.accountId)).find(
        (link) => link.provider === provider.key,
      )?.shownEmail
    : parameter(interaction, 'login_hint');
  const begun = await deps.upstream.begin(provider, {
    redirectUri: issuer + upstreamCallbackPath(provider.key),
    binding: interaction.uid,
    locales: [messages.lang],
    ...(asksForFreshSignIn(interaction) ? { anew: 'asked' } : {}),
    ...(confirms ? { anew: 'said' } : {}),
    ...(loginHint === undefined ? {} : { loginHint }),
  });
  if (begun.outcome === 'failed') return fail(deps, visit, provider, begun);
  interaction.result = {
    ...interaction.result,
    [STORED.upstreamRequest]: begun.kept,
    [STORED.upstreamProblem]: undefined,
  };
  await persistInteraction(visit);
  showPage(deps, visit, movingOnPage(messages, { to: provider.name, href: begun.url }));
}

/**
 * The redirect URI of a provider. It belongs to nobody yet: `state` names the interaction, and only
 * the browser that began has its cookie, below the interaction's own path. A page leads there, so
 * that neither the form that the person sent at the provider, nor a cookie's strictness, stands in
 * the way of what follows.
 *
 * @throws GatehouseError 400 `upstream_answer_unknown` when no sign-in here can have asked for it
 */
export async function returnFromUpstream(deps: InteractionDeps, visit: Visit): Promise<void> {
  const { ctx, messages } = visit;
  const query = new URLSearchParams(ctx.querystring);
  const uid = bindingOfState(query.get('state') ?? '');
  if (uid === undefined) {
    throw new GatehouseError('upstream_answer_unknown', 'no sign-in here asked for this answer', {
      status: 400,
    });
  }
  const answer = new URLSearchParams({ provider: ctx.params.key ?? '' });
  for (const name of ANSWER_PARAMETERS) {
    for (const value of query.getAll(name)) answer.append(name, value);
  }
  const href =
    uid === ACCOUNT_BINDING
      ? `${ctx.state.issuerPath}${ACCOUNT_UPSTREAM_PATH}?${answer}`
      : `${interactionPath(ctx, uid)}/${ANSWER}?${answer}`;
  showPage(deps, visit, movingOnPage(messages, { to: undefined, href }));
}

/** Takes a provider's answer, in the browser that asked for it, and goes on from what it says. */
export async function finishUpstream(
  deps: InteractionDeps,
  visit: InteractionVisit,
): Promise<void> {
  const { ctx, interaction, step } = visit;
  const answer = new URLSearchParams(ctx.querystring);
  const provider = await providerOf(deps, visit, answer.get('provider') ?? '');
  if (step.kind !== 'sign_in' || provider === undefined) {
    return seeOther(visit, interactionPath(ctx, interaction.uid));
  }
  const kept = requestIn(interaction.result);
  if (kept === undefined) {
    return fail(deps, visit, provider, { reason: 'expired', detail: 'no_request' });
  }
  // Whatever comes of it, no answer is held against it again.
  const { [STORED.upstreamRequest]: _used, ...rest } = interaction.result ?? {};
  interaction.result = rest;
  await persistInteraction(visit);
  answer.delete('provider');
  const finished = await deps.upstream.finish(provider, kept, answer);
  if (finished.outcome === 'failed') return fail(deps, visit, provider, finished);
  await signInAs(deps, visit, provider, finished.identity);
}

async function signInAs(
  deps: InteractionDeps,
  visit: InteractionVisit,
  provider: UpstreamProvider,
  identity: UpstreamIdentity,
): Promise<void> {
  const { tenant } = visit.ctx.state;
  const request = requestOf(visit);
  const at = provedAt(identity, visit.ctx.state.startedAt);
  const found = await deps.upstream.resolve(tenant, provider, identity);
  switch (found.outcome) {
    case 'known':
      await deps.upstream.recordSignIn(tenant, found.link, identity, request);
      return proceedWith(deps, visit, {
        accountId: found.account.id,
        method: 'fed',
        at,
      });
    case 'create': {
      const input = { email: found.email, identity };
      const made = await deps.upstream.createAccount(tenant, input, request);
      if (made.outcome === 'taken') return waitForAccount(deps, visit, identity, false);
      return proceedWith(deps, visit, { accountId: made.accountId, method: 'fed', at });
    }
    case 'confirm_link':
      return waitForAccount(deps, visit, identity, found.mayRegister);
    case 'not_registered':
      return fail(deps, visit, provider, { reason: 'not_registered' });
  }
}

/**
 * Whether the request wants somebody to prove themselves now, whoever is signed in, was, or says
 * that they are somebody else: what a provider's session says is no proof then.
 */
function asksForFreshSignIn(interaction: InteractionVisit['interaction']): boolean {
  return (
    interaction.params.max_age !== undefined ||
    parameter(interaction, 'prompt')?.split(' ').includes('login') === true
  );
}

/**
 * When somebody proved themselves to a provider, which may have been long before they came here; now,
 * where it never says when: who signs in there could otherwise do nothing that wants a recent sign-in.
 */
function provedAt({ authenticatedAt }: UpstreamIdentity, now: Date): Date {
  if (authenticatedAt === undefined) return now;
  const at = authenticatedAt.getTime();
  // A provider may say anything; 0 is nobody's sign-in (`NOTHING_PROVED_HERE`).
  return new Date(Math.min(Math.max(at, 1000), now.getTime()));
}

/** Keeps an identity until the person has signed in to an account that it may be linked to. */
async function waitForAccount(
  deps: InteractionDeps,
  visit: InteractionVisit,
  identity: UpstreamIdentity,
  mayRegister: boolean,
): Promise<void> {
  await noteAndProceed(deps, visit, {
    [STORED.upstreamIdentity]: { identity, mayRegister },
    [STORED.upstreamProblem]: undefined,
  });
}

/** Records why it came to nothing, and shows the sign-in page, which says so. */
async function fail(
  deps: InteractionDeps,
  visit: InteractionVisit,
  provider: UpstreamProvider,
  why: { readonly reason: UpstreamProblem['reason']; readonly detail?: string },
): Promise<void> {
  const { tenant } = visit.ctx.state;
  await deps.upstream.recordFailure(tenant, provider, why, requestOf(visit));
  const problem: UpstreamProblem = { provider: provider.key, reason: why.reason };
  await noteAndProceed(deps, visit, {
    [STORED.upstreamRequest]: undefined,
    [STORED.upstreamProblem]: problem,
  });
}

/** The provider of a key, if the tenant offers it. */
export async function providerOf(
  deps: Pick<InteractionDeps, 'upstream'>,
  { ctx }: Visit,
  key: string,
): Promise<UpstreamProvider | undefined> {
  return (await deps.upstream.offeredBy(ctx.state.tenant)).find((one) => one.key === key);
}

/** What somebody is called at a provider: what they know themselves by, if it says so. */
export function shownIdentity({ email, claims }: UpstreamIdentity): string | undefined {
  return email ?? claims.name;
}

/** In which request something happens, for the audit log. */
export function requestOf({ ctx, interaction }: InteractionVisit) {
  const clientId = parameter(interaction, 'client_id');
  const { address, requestId } = ctx.state;
  return { address, requestId, ...(clientId === undefined ? {} : { clientId }) };
}
