import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { ROOT } from '../deploy/trial.ts';
import { findRedisServer } from '../redis.ts';

/** What an image brings along, beside the files of this machine. */
export interface Image {
  readonly command: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where containers have these sources. */
const SOURCES = '/app';
/** Of PostgreSQL, as Debian has them. */
const CLIENTS = '/usr/lib/postgresql/15/bin';
const PATH = '/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A registry: which images there are, by the names that pods have for them. */
export type Registry = (name: string) => Image | undefined;

/** What a release is called by whoever wants that very one. */
export function digestOf(tag: string): string {
  return `sha256:${createHash('sha256').update(tag).digest('hex')}`;
}

/**
 * @param tags - releases of ours that can be had; all are these sources
 */
export async function makeRegistry(tags: readonly string[]): Promise<Registry> {
  const gatehouse: Image = {
    command: ['node', 'src/main.ts'],
    directory: SOURCES,
    env: { PATH, NODE_ENV: 'production', NODE_DISABLE_COMPILE_CACHE: '1' },
  };
  // Where it is not on the path, it is unpacked below these sources, beside its libraries.
  const [command = '', ...before] = await findRedisServer();
  const there = (text: string) => text.replaceAll(ROOT, `${SOURCES}/`);
  const libraries = before.find((word) => word.startsWith('LD_LIBRARY_PATH='));
  const redis: Image = {
    command: [],
    directory: '/',
    env: {
      PATH: before.length === 0 ? PATH : `${there(dirname(before.at(-1) ?? command))}:${PATH}`,
      ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: there(libraries.split('=')[1] ?? '') }),
    },
  };
  const backup: Image = {
    command: [],
    directory: '/',
    env: { PATH: `${CLIENTS}:${PATH}` },
  };
  return (name) => {
    const [, repository = '', tag = ''] = /([^/:@]+)[:@]((?:sha256:)?[^/:@]+)$/.exec(name) ?? [];
    if (repository === 'redis') return redis;
    const isThere = tags.some((one) => [one, digestOf(one)].includes(tag));
    if (!isThere) return undefined;
    return { gatehouse, 'gatehouse-backup': backup }[repository];
  };
}
