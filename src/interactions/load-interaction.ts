import { requestMessages } from './language-choice.ts';
import { expiredPage } from './pages/expired-page.ts';
import { asSeenHere } from './proving-browser.ts';
import {
  type Interaction,
  type InteractionDeps,
  shownClient,
  showPage,
  type Visit,
} from './visit.ts';

/**
 * Reads the interaction that this browser's cookie names; one read, with the session's. What another
 * browser proved in it is left out.
 *
 * @param uid - from the path; another interaction's is none
 * @returns undefined when it is over: expired, finished, its session ended, its cookie lost
 * @throws the library's `temporarily_unavailable` when a store does not answer
 */
export async function loadInteraction(
  deps: Pick<InteractionDeps, 'providerFor' | 'provingBrowser'>,
  ctx: Visit['ctx'],
  uid: string,
): Promise<Interaction | undefined> {
  const provider = await deps.providerFor(ctx.state.tenant);
  try {
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    return interaction.uid === uid ? asSeenHere(deps, ctx, interaction) : undefined;
  } catch (error) {
    if (isOver(error)) return undefined;
    throw error;
  }
}

/**
 * Whether an error of the library says that an interaction is over: it is gone, or it ended while
 * this request held it and may not be written any more. By name, because only `provider/` knows
 * the library's classes.
 */
export function isOver(error: unknown): boolean {
  return error instanceof Error && ['SessionNotFound', 'InvalidGrant'].includes(error.name);
}

/**
 * Says that an interaction is over. If only the cookie is missing, what is stored still tells
 * which client to go back to; its name and public address are all that is shown.
 */
export async function showExpired(
  deps: Pick<InteractionDeps, 'providerFor' | 'findClient' | 'render'>,
  ctx: Visit['ctx'],
  uid: string,
): Promise<void> {
  const { tenant } = ctx.state;
  const provider = await deps.providerFor(tenant);
  const left = await provider.Interaction.find(uid);
  const clientId = left?.params.client_id;
  const messages = await requestMessages(ctx, { uiLocales: left?.params.ui_locales });
  const client =
    typeof clientId === 'string' ? await shownClient(deps, ctx, messages, clientId) : undefined;
  const { name, registered } = client ?? {};
  const page = expiredPage(messages, {
    client:
      name === undefined || registered === undefined
        ? undefined
        : {
            name,
            startUri: registered.metadata.initiate_login_uri ?? registered.metadata.client_uri,
          },
  });
  showPage(deps, { ctx, messages, form: new Map() }, page);
}
