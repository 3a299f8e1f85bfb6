/** The sealing key is replaced as `docs/runbooks/rotate-the-sealing-key.md` says, step by step. */
import { randomBytes } from 'node:crypto';
import type { Fleet } from './fleet.ts';
import { replace } from './replace.ts';

/** What `keys reseal --json` says, as far as it matters here. */
interface Resealed {
  readonly sealingKey: string;
  readonly kinds: readonly { kind: string; moved: number; left: number; unreadable: number }[];
}

export async function replaceSealingKey(fleet: Fleet): Promise<void> {
  const { KEY_ENCRYPTION_KEYS: old = '' } = fleet.cli.environment;
  const added = randomBytes(32).toString('base64');
  await configureAll(fleet, `${old},${added}`);
  await configureAll(fleet, `${added},${old}`);

  const before = await reseal(fleet, '--dry-run');
  const moved = await reseal(fleet);
  if (!before.some(({ left }) => left > 0) || !moved.some((kind) => kind.moved > 0)) {
    throw new Error('nothing was under the old key');
  }
  // Nobody here takes longer over a sign-in than it took to come here, so nobody is waited for.
  await configureAll(fleet, added);
  const after = await reseal(fleet);
  const kinds = after.filter(({ kind }) => ['deployment_secrets', 'signing_keys'].includes(kind));
  if (kinds.length !== 2) throw new Error('not everything was looked at');
  process.stdout.write(
    `sealing key: ${moved.map(({ kind, moved: count }) => `${count} ${kind}`).join(', ')} moved\n`,
  );
}

async function configureAll(fleet: Fleet, keys: string): Promise<void> {
  fleet.configure({ KEY_ENCRYPTION_KEYS: keys });
  for (const index of fleet.replicas.keys()) await replace(fleet, index);
}

/** @throws Error when a record is unreadable or, after a real run, still under another key */
async function reseal(fleet: Fleet, ...options: string[]): Promise<Resealed['kinds']> {
  const { kinds }: Resealed = await fleet.cli.json('keys', 'reseal', ...options);
  const bad = kinds.filter(
    ({ left, unreadable }) => unreadable > 0 || (options.length === 0 && left > 0),
  );
  if (bad.length > 0) throw new Error(`resealed: ${JSON.stringify(bad)}`);
  return kinds;
}
