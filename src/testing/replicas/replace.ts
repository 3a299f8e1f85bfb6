import type { Fleet, Release } from './fleet.ts';

/** As an upgrade does it: the process is told to stop, and the next one takes its place. */
export async function replace(fleet: Fleet, index: number, release?: Release): Promise<void> {
  const before = fleet.replicas[index]?.process;
  before?.child.kill('SIGTERM');
  const code = await before?.ended();
  if (code !== 0) throw new Error(`replica ${index} ended with ${code}`);
  await fleet.start(index, release);
}
