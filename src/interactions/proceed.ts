import { isFirstFactor } from '../accounts/acr.ts';
import { finishInteraction } from './finish-interaction.ts';
import { loadFacts } from './load-facts.ts';
import { provedSoFar } from './next-login-step.ts';
import { nextStep } from './next-step.ts';
import { persistInteraction } from './persist-interaction.ts';
import { markProvingBrowser } from './proving-browser.ts';
import { isRemembered } from './remembered-browser.ts';
import { addProof, PROGRESS, type Proof } from './sign-in-progress.ts';
import { STORED } from './step.ts';
import { type InteractionDeps, type InteractionVisit, interactionPath, seeOther } from './visit.ts';

/** What a step notes: members of `STORED`; undefined forgets one. */
type Notes = Partial<Record<(typeof STORED)[keyof typeof STORED] | typeof PROGRESS, unknown>>;

/**
 * Notes what a person has just proved, and goes on. Whoever opens a sign-in in a browser that
 * remembers them need not prove a second factor there again.
 *
 * @param notes - what else the step leaves behind
 * @throws StorageUnavailableError, TooLateError; nothing was noted
 */
export async function proceedWith(
  deps: InteractionDeps,
  visit: InteractionVisit,
  proof: Omit<Proof, 'rememberedBrowser'>,
  notes: Notes = {},
): Promise<void> {
  const rememberedBrowser =
    isFirstFactor(proof.method) && (await isRemembered(deps, visit, proof.accountId));
  const progress = addProof(provedSoFar(visit.interaction), { ...proof, rememberedBrowser });
  const { way: _way, sent: _sent, factor: _factor, ...kept } = visit.interaction.result ?? {};
  await proceed(deps, visit, {
    ...kept,
    [STORED.upstreamRequest]: undefined,
    [STORED.upstreamProblem]: undefined,
    ...notes,
    [PROGRESS]: progress,
  });
}

/** Notes something about the way that a person takes, beside what is noted, and goes on. */
export async function noteAndProceed(
  deps: InteractionDeps,
  visit: InteractionVisit,
  changes: Notes,
): Promise<void> {
  await proceed(deps, visit, { ...visit.interaction.result, ...changes });
}

/** Straight to the protocol when nothing is left to ask, else to the page that asks it. */
async function proceed(
  deps: InteractionDeps,
  visit: InteractionVisit,
  result: Record<string, unknown>,
): Promise<void> {
  const { ctx, interaction } = visit;
  const known = Object.entries(result).filter(([, value]) => value !== undefined);
  interaction.result = Object.fromEntries(known);
  const step = nextStep(interaction, await loadFacts(deps, ctx, interaction));
  markProvingBrowser(deps, ctx, interaction);
  if (step.kind === 'finish') return finishInteraction(visit, step.result);
  await persistInteraction(visit);
  seeOther(visit, interactionPath(ctx, interaction.uid));
}
