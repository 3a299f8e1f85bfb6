import { STORED } from './step.ts';
import type { InteractionVisit } from './visit.ts';

/**
 * Saves an interaction, with when the request began that writes it: an account that has ended since
 * refuses it, so that what was proved before that never becomes a session after.
 *
 * @throws the library's `InvalidGrant` when it has ended; nothing was written
 */
export async function persistInteraction({
  ctx,
  interaction,
}: Pick<InteractionVisit, 'ctx' | 'interaction'>): Promise<void> {
  const writtenSince = ctx.state.startedAt.getTime();
  interaction.result = { ...interaction.result, [STORED.writtenSince]: writtenSince };
  await interaction.persist();
}
