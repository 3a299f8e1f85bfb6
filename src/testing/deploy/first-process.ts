import { readFile } from 'node:fs/promises';

/**
 * The first process of process ids of their own: the child of the `unshare` that made them, which waits for
 * it and heeds no signal itself.
 *
 * @param pid - of that `unshare`
 * @throws Error before it has begun, and once it has ended
 */
export async function firstProcess(pid: number | undefined): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const first = Number.parseInt(children, 10);
  if (!(first > 0)) throw new Error(`${pid} has begun nothing, or it has ended`);
  return first;
}
