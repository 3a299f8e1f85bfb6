import { isIP } from 'node:net';
import { HOST_NAME } from './hosts.ts';
import type { RedisServers } from './secrets.ts';

/** What REDIS_URL alone says. */
type RedisAddresses = Omit<RedisServers, 'ca'>;

const DEFAULT_PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;
const SCHEME = /^(redis|rediss)(?:-(sentinel|cluster))?:\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(?:#(.*))?$/;
/** As Sentinel takes it in its configuration. */
const MASTER_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Reads where Redis is: one server, the Sentinels that know it, or nodes of a Cluster.
 *
 * - `redis://user:password@host:6379/0`, or the path of a socket
 * - `redis-sentinel://user:password@host:26379,host:26379/0#master`, where user and password are the
 *   server's; the Sentinels' own are `?sentinel-user=…&sentinel-password=…`
 * - `redis-cluster://user:password@host:6379,host:6379`; one node that answers is enough
 *
 * With `rediss…` every connection is over TLS.
 *
 * @returns what is wrong with it otherwise; never a part of the URL, which may hold a password
 */
export function readRedisUrl(value: string): { value: RedisAddresses } | { found: string } {
  if (value.startsWith('/')) return { value: { ...NOTHING, kind: 'single', path: value } };
  const [, scheme, shape, authority = '', path = '', query = '', fragment] =
    SCHEME.exec(value) ?? [];
  if (scheme === undefined) return { found: 'something else (not shown)' };
  const kind = shape === 'sentinel' || shape === 'cluster' ? shape : 'single';

  const at = authority.lastIndexOf('@');
  const credentials = credentialsOf(at < 0 ? '' : authority.slice(0, at));
  if (credentials === undefined) return { found: 'a user or password that is not URL-encoded' };
  const nodes = nodesOf(authority.slice(at + 1), DEFAULT_PORTS[kind]);
  if (nodes === undefined)
    return { found: 'a URL without a plain host name or address (not shown)' };
  if (kind === 'single' && nodes.length > 1) {
    return { found: 'several hosts, which only redis-sentinel and redis-cluster have (not shown)' };
  }
  const database = databaseOf(path);
  if (database === undefined || (kind === 'cluster' && database > 0)) {
    return { found: 'a URL with a path that is no number of a database (not shown)' };
  }
  if ((kind === 'sentinel') !== (fragment !== undefined && MASTER_NAME.test(fragment))) {
    const found = 'redis-sentinel without #name of the master, or a name without it (not shown)';
    return { found };
  }
  const sentinel = sentinelCredentials(query, kind);
  if (sentinel === undefined) return { found: 'a URL with an unknown parameter (not shown)' };
  return {
    value: {
      ...NOTHING,
      ...credentials,
      ...sentinel,
      kind,
      tls: scheme === 'rediss',
      nodes,
      database,
      masterName: fragment ?? '',
    },
  };
}

const NOTHING = {
  tls: false,
  nodes: [],
  path: undefined,
  database: 0,
  masterName: '',
  user: undefined,
  password: undefined,
  sentinelUser: undefined,
  sentinelPassword: undefined,
} as const satisfies Partial<RedisAddresses>;

/** Colons part name and password; a password alone is the default user's. */
function credentialsOf(text: string): Pick<RedisAddresses, 'user' | 'password'> | undefined {
  const [user = '', ...rest] = text.split(':');
  try {
    return {
      user: decodeURIComponent(user) || undefined,
      password: decodeURIComponent(rest.join(':')) || undefined,
    };
  } catch {
    return undefined;
  }
}

function nodesOf(text: string, defaultPort: number): RedisAddresses['nodes'] | undefined {
  const nodes = text.split(',').map((node) => {
    const [, bracketed, plain = '', port = String(defaultPort)] =
      /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(node) ?? [];
    return { host: bracketed ?? plain, port: Number(port), isAddress: bracketed !== undefined };
  });
  const right = nodes.every(
    ({ host, port, isAddress }) =>
      (isAddress ? isIP(host) === 6 : HOST_NAME.test(host)) && port > 0 && port < 65_536,
  );
  return right ? nodes.map(({ host, port }) => ({ host, port })) : undefined;
}

function databaseOf(path: string): number | undefined {
  const [, number = '0'] = /^\/?(\d{1,4})?$/.exec(path) ?? [undefined, 'none'];
  return /^\d+$/.test(number) ? Number(number) : undefined;
}

function sentinelCredentials(
  query: string,
  kind: RedisAddresses['kind'],
): Pick<RedisAddresses, 'sentinelUser' | 'sentinelPassword'> | undefined {
  const {
    'sentinel-user': sentinelUser,
    'sentinel-password': sentinelPassword,
    ...unknown
  } = Object.fromEntries(new URLSearchParams(query));
  if (Object.keys(unknown).length > 0) return undefined;
  if (kind !== 'sentinel' && query !== '') return undefined;
  return { sentinelUser, sentinelPassword };
}
