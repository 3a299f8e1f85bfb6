/** How something that was begun ends. */
export type End = () => Promise<unknown>;

/**
 * Ends what was begun, the last first. One that fails keeps none of the others running.
 *
 * @throws what the first of them failed with
 */
export async function endAll(begun: readonly End[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of begun.toReversed()) {
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
