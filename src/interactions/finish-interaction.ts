import type { InteractionResults } from 'oidc-provider';
import { persistInteraction } from './persist-interaction.ts';
import { PROGRESS } from './sign-in-progress.ts';
import { STORED } from './step.ts';
import { type InteractionVisit, seeOther } from './visit.ts';

/** What our steps keep in a result: none of it is an answer to the protocol. */
const OURS: ReadonlySet<string> = new Set([PROGRESS, ...Object.values(STORED)]);

/**
 * Gives the protocol what a step found out, and leads the browser back to it.
 *
 * Saves the interaction that was read for this request, instead of having it read again as the
 * library's `interactionFinished` does; the outcome is the same.
 *
 * @param result - `login`, `consent`, or an `error` for the client; an error takes nothing along
 */
export async function finishInteraction(
  visit: InteractionVisit,
  result: InteractionResults,
): Promise<void> {
  const { interaction } = visit;
  const { lastSubmission } = interaction;
  interaction.result = 'error' in result ? result : { ...answersIn(lastSubmission), ...result };
  await persistInteraction(visit);
  seeOther(visit, interaction.returnTo);
}

/**
 * What was submitted before, without what somebody had noted who went back to the protocol in the
 * middle: the proof would make the interaction theirs, whoever has signed in since.
 */
function answersIn(submission: Record<string, unknown> = {}): InteractionResults {
  return Object.fromEntries(Object.entries(submission).filter(([name]) => !OURS.has(name)));
}

/**
 * Tells the client that the person does not want, or may not.
 *
 * @see RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, section 3.1.2.6
 */
export async function refuseInteraction(
  visit: InteractionVisit,
  description: string,
): Promise<void> {
  await finishInteraction(visit, { error: 'access_denied', error_description: description });
}
