/** The sealing key is replaced as `docs/runbooks/rotate-the-sealing-key.md` says, step by step. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Fleet } from './fleet.ts';
import { replace } from './replace.ts';

/** Kinds that there are in this suite. */
const SEALED = ['deployment_secrets', 'signing_keys', 'upstream_secrets'];

/** What `keys reseal --json` says, as far as it matters here. */
interface Resealed {
  readonly sealingKey: string;
  readonly kinds: readonly { kind: string; moved: number; left: number; unreadable: number }[];
}

export async function replaceSealingKey(fleet: Fleet): Promise<void> {
  await seedSecret(fleet);
  const { KEY_ENCRYPTION_KEYS: old = '' } = fleet.cli.environment;
  const added = randomBytes(32).toString('base64');
  await configureAll(fleet, `${old},${added}`);
  await configureAll(fleet, `${added},${old}`);

  const before = await reseal(fleet, '--dry-run');
  const moved = await reseal(fleet);
  if (
    !before.some(({ left }) => left > 0) ||
    !SEALED.every((name) => moved.some((one) => one.kind === name && one.moved > 0))
  ) {
    throw new Error('nothing was under the old key');
  }
  // Nobody here takes longer over a sign-in than it took to come here, so nobody is waited for.
  await configureAll(fleet, added);
  const after = await reseal(fleet);
  const looked = after.map(({ kind }) => kind);
  if (!SEALED.every((kind) => looked.includes(kind))) throw new Error(`only ${looked} looked at`);
  process.stdout.write(
    `sealing key: ${moved.map(({ kind, moved: count }) => `${count} ${kind}`).join(', ')} moved\n`,
  );
}

/** What people have sealed besides keys: a secret at somebody else's identity provider. */
async function seedSecret(fleet: Fleet): Promise<void> {
  const upstream = {
    key: 'staff',
    name: 'Staff',
    issuer: 'https://login.staff.example',
    client_id: 'gatehouse',
    client_secret: { value: 'a-secret-at-an-upstream-provider' },
  };
  const tenant = { slug: 'sealed', name: 'Sealed', upstreams: [upstream] };
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-sealed-'));
  const path = join(directory, 'sealed.yaml');
  await writeFile(path, stringify({ version: 1, tenants: [tenant] }), { mode: 0o600 });
  const { code, stderr } = await fleet.cli.run('seed', 'apply', path);
  await rm(directory, { recursive: true });
  if (code !== 0) throw new Error(stderr);
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
