import { ACCOUNT_BINDING } from '../applications/account-client.ts';
import { movingOnPage } from '../interactions/pages/upstream-pages.ts';
import type { KeptUpstreamRequest } from '../upstream/begin-upstream-sign-in.ts';
import { upstreamCallbackPath } from '../upstream/begin-upstream-sign-in.ts';
import type { UpstreamProvider } from '../upstream/upstream.ts';
import { forgetInBrowser, keepInBrowser, keptInBrowser } from './kept-in-browser.ts';
import { isOnlyLink, keepLastOf, METHODS_PATH } from './methods.ts';
import { type ConnectedProblem, connectedPage } from './pages/connected-page.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  notifyOwner,
  originOf,
  seeDone,
  seeOther,
  showAccountPage,
} from './visit.ts';

const PATH = `${METHODS_PATH}/connected`;
const CONNECT_PATH = `${PATH}/add`;
const DISCONNECT_PATH = `${PATH}/remove`;
/** Name of the cookie that a request to a provider waits in for its answer. */
const REQUEST = 'connect';
/** What of an answer is read, beside the key of its provider. */
const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error'];

/** Shows with which accounts elsewhere somebody can sign in, and which more there could be. */
export async function showConnected(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  await showList(deps, visit, undefined);
}

/** Sends somebody to a provider, to prove there who they are. */
export async function submitConnect(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, form, messages } = visit;
  const provider = await providerOf(deps, visit, form.get('provider'));
  if (provider === undefined) return seeOther(ctx, `${ctx.state.issuerPath}${PATH}`);
  const begun = await deps.upstream.begin(provider, {
    redirectUri: ctx.state.issuer + upstreamCallbackPath(provider.key),
    binding: ACCOUNT_BINDING,
    locales: [messages.lang],
  });
  if (begun.outcome === 'failed') return fail(deps, visit, provider, begun);
  keepInBrowser(deps, visit, REQUEST, begun.kept);
  showAccountPage(deps, visit, movingOnPage(messages, { to: provider.name, href: begun.url }));
}

/**
 * Takes a provider's answer in the browser and the session that asked for it, and connects whoever
 * it names with the account. No answer is held against one request twice.
 */
export async function finishConnect(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, account } = visit;
  const query = new URLSearchParams(ctx.querystring);
  const provider = await providerOf(deps, visit, query.get('provider') ?? undefined);
  const kept = keptInBrowser(deps, visit, REQUEST) as KeptUpstreamRequest | undefined;
  if (provider === undefined) return seeOther(ctx, `${ctx.state.issuerPath}${PATH}`);
  if (kept === undefined) return fail(deps, visit, provider, { reason: 'expired' });
  forgetInBrowser(visit, REQUEST);
  const answer = new URLSearchParams(
    [...query].filter(([name]) => ANSWER_PARAMETERS.includes(name)),
  );
  const finished = await deps.upstream.finish(provider, kept, answer);
  if (finished.outcome === 'failed') return fail(deps, visit, provider, finished);
  const { tenant } = ctx.state;
  const input = { accountId: account.id, identity: finished.identity };
  const linked = await deps.upstream.link(tenant, input, originOf(visit));
  if (linked === 'taken') {
    return showList(deps, visit, { name: provider.name, reason: 'taken' });
  }
  if (linked === 'created') {
    await notifyOwner(deps, visit, { event: 'sign_in_method_linked', item: provider.name });
  }
  seeDone(deps, visit, PATH, 'account_connected');
}

/** Takes a connection away, unless nobody could sign in then. */
export async function submitDisconnect(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, form, account } = visit;
  const { tenant } = ctx.state;
  const result = await deps.upstream.unlink(
    tenant,
    {
      accountId: account.id,
      linkId: form.get('link') ?? '',
      hasOtherWay: !keepLastOf(deps, visit).way,
    },
    originOf(visit),
  );
  if (result.outcome === 'last') return showList(deps, visit, undefined);
  if (result.outcome === 'removed') {
    const name = await nameOf(deps, visit, result.link.provider);
    await notifyOwner(deps, visit, { event: 'sign_in_method_unlinked', item: name });
  }
  seeDone(deps, visit, PATH, 'account_disconnected');
}

async function showList(
  deps: AccountPageDeps,
  visit: AccountVisit,
  problem: ConnectedProblem | undefined,
): Promise<void> {
  const { ctx, account, messages } = visit;
  const { tenant } = ctx.state;
  const [offered, links, onlyWay] = await Promise.all([
    deps.upstream.offeredBy(tenant),
    deps.upstream.linksOf(tenant.id, account.id),
    isOnlyLink(deps, visit),
  ]);
  const page = connectedPage(messages, shellOf(deps, visit), {
    links: links.map((link) => {
      const provider = offered.find(({ key }) => key === link.provider);
      // Nobody signs in with a provider that is out of use.
      const kept = onlyWay && provider !== undefined;
      return { ...link, name: provider?.name ?? link.provider, kept };
    }),
    offered: offered.filter(({ key }) => !links.some(({ provider }) => provider === key)),
    connect: accountForm(deps, visit, CONNECT_PATH),
    disconnect: accountForm(deps, visit, DISCONNECT_PATH),
    problem,
    now: deps.now(),
  });
  showAccountPage(deps, visit, page);
}

async function fail(
  deps: AccountPageDeps,
  visit: AccountVisit,
  provider: UpstreamProvider,
  why: Parameters<AccountPageDeps['upstream']['recordFailure']>[2],
): Promise<void> {
  await deps.upstream.recordFailure(visit.ctx.state.tenant, provider, why, originOf(visit));
  await showList(deps, visit, { name: provider.name, reason: why.reason });
}

async function providerOf(
  deps: Pick<AccountPageDeps, 'upstream'>,
  { ctx }: AccountVisit,
  key: string | undefined,
): Promise<UpstreamProvider | undefined> {
  const offered = await deps.upstream.offeredBy(ctx.state.tenant);
  return offered.find((provider) => provider.key === key);
}

async function nameOf(
  deps: Pick<AccountPageDeps, 'upstream'>,
  visit: AccountVisit,
  key: string,
): Promise<string> {
  return (await providerOf(deps, visit, key))?.name ?? key;
}
