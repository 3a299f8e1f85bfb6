import { finishInteraction } from './finish-interaction.ts';
import { loadFacts } from './load-facts.ts';
import { provedSoFar } from './next-login-step.ts';
import { nextStep } from './next-step.ts';
import { addProof, PROGRESS, type Proof } from './sign-in-progress.ts';
import type { STORED } from './step.ts';
import { type InteractionDeps, type InteractionVisit, interactionPath, seeOther } from './visit.ts';

/**
 * Notes what a person has just proved, and goes on.
 *
 * @throws StorageUnavailableError; nothing was noted
 */
export async function proceedWith(
  deps: InteractionDeps,
  visit: InteractionVisit,
  proof: Proof,
): Promise<void> {
  const progress = addProof(provedSoFar(visit.interaction), proof);
  const { way: _way, sent: _sent, factor: _factor, ...kept } = visit.interaction.result ?? {};
  await proceed(deps, visit, { ...kept, [PROGRESS]: progress });
}

/**
 * Notes something about the way that a person takes, beside what is noted, and goes on.
 *
 * @param changes - members of `STORED`; undefined forgets one
 */
export async function noteAndProceed(
  deps: InteractionDeps,
  visit: InteractionVisit,
  changes: Partial<Record<(typeof STORED)[keyof typeof STORED] | typeof PROGRESS, unknown>>,
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
  if (step.kind === 'finish') return finishInteraction(visit, step.result);
  await interaction.persist();
  seeOther(visit, interactionPath(ctx, interaction.uid));
}
