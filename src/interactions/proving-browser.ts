import { mustFinish } from '../http/must-finish.ts';
import { loginOf, progressIn } from './sign-in-progress.ts';
import { unlinkedIn } from './upstream-use.ts';
import { type Interaction, type InteractionDeps, interactionPath, type Visit } from './visit.ts';

type Context = Visit['ctx'];

/** As the protocol's room does it (`provider/proving-browser.ts`), where a sign-in is resumed too. */
export interface ProvingBrowser {
  readonly mark: (
    ctx: Context,
    interaction: { uid: string; path: string; returnTo: string; exp: number },
    proved: Proved,
  ) => void;
  readonly isAnother: (ctx: Context, uid: string, proved: Proved) => boolean;
}

interface Proved {
  readonly accountId: string;
  readonly acr?: string;
  readonly amr?: readonly string[];
}

/**
 * Notes that what an interaction holds from now on was proved in this browser.
 *
 * @throws TooLateError when the request was answered before: it must not be stored then
 */
export function markProvingBrowser(
  { provingBrowser }: Pick<InteractionDeps, 'provingBrowser'>,
  ctx: Context,
  interaction: Interaction,
): void {
  const { uid, returnTo, exp } = interaction;
  const proved = provedIn(interaction);
  if (proved === undefined || !provingBrowser.isAnother(ctx, uid, proved)) return;
  const path = interactionPath(ctx, uid);
  // Without the cookie that the answer brings, what is noted is somebody else's.
  mustFinish(ctx);
  provingBrowser.mark(ctx, { uid, path, returnTo, exp }, proved);
}

/**
 * The interaction as this browser may see it. Somebody may have put its cookies here, or have them,
 * too: what was proved in another browser is nothing here, and neither is what came with it.
 */
export function asSeenHere(
  { provingBrowser }: Pick<InteractionDeps, 'provingBrowser'>,
  ctx: Context,
  interaction: Interaction,
): Interaction {
  const proved = provedIn(interaction);
  if (proved !== undefined && provingBrowser.isAnother(ctx, interaction.uid, proved)) {
    interaction.result = undefined;
  }
  return interaction;
}

/** Who somebody has proved to be: an account, or for want of one an identity elsewhere. */
function provedIn({ result }: Interaction): Proved | undefined {
  const progress = progressIn(result);
  if (progress !== undefined) {
    const { accountId, acr, amr } = loginOf(progress);
    return { accountId, acr, amr };
  }
  const identity = unlinkedIn(result)?.identity;
  if (identity === undefined) return undefined;
  return { accountId: JSON.stringify([identity.provider, identity.issuer, identity.subject]) };
}
