import type { InteractionResults } from 'oidc-provider';
import { type InteractionVisit, seeOther } from './visit.ts';

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
  interaction.result = 'error' in result ? result : { ...interaction.lastSubmission, ...result };
  await interaction.persist();
  seeOther(visit, interaction.returnTo);
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
