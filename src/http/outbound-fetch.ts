import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/** `fetch`, as far as the rooms that use it need it. */
export type OutboundFetch = (
  url: string | URL | Request,
  options?: RequestInit,
) => Promise<Response>;

/** Looks up every address of a name, as `dns.lookup` does with `all`. */
export type Lookup = (
  hostname: string,
  options: { all: true },
  callback: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void;

/**
 * Fetches for the library (`jwks_uri`): public addresses only, and besides them what the operator
 * lists in OUTBOUND_ALLOW.
 *
 * The library guards its requests with a dispatcher that cuts connections to special-use
 * addresses. That guard stays for every host but those whose addresses are all allowed; these get
 * a dispatcher that looks names up itself, so that a second answer of the name server cannot lead
 * elsewhere, and follows no redirect, which could.
 *
 * @param allow - CIDR blocks, such as `10.0.0.0/8`
 */
export function createOutboundFetch(
  allow: readonly string[],
  lookup: Lookup = systemLookup,
): OutboundFetch {
  if (allow.length === 0) return (url, options) => fetch(url, options);
  const allowed = blockList(allow);
  let dispatcher: object | undefined;

  return async (url, options) => {
    const guarded: unknown = Reflect.get(options ?? {}, 'dispatcher');
    const { hostname } = new URL(url instanceof Request ? url.url : url);
    if (
      guarded === null ||
      typeof guarded !== 'object' ||
      !(await isAllowed(allowed, lookup, hostname))
    ) {
      return fetch(url, options);
    }
    // Node's own fetch is undici, which Node does not export: its class is found on what it gave.
    const Agent = guarded.constructor as new (options: object) => object;
    dispatcher ??= new Agent({ connect: { lookup: lookupAllowed(allowed, lookup) } });
    return fetch(url, { ...options, dispatcher, redirect: 'error' } as RequestInit);
  };
}

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', prefix] = block.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

async function isAllowed(list: BlockList, lookup: Lookup, hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return contains(list, host);
  return new Promise((resolve) => {
    lookup(host, { all: true }, (error, addresses) =>
      resolve(error === null && addresses.every(({ address }) => contains(list, address))),
    );
  });
}

/** Answers with allowed addresses only; an answer outside them fails the connection. */
function lookupAllowed(list: BlockList, lookup: Lookup) {
  return (hostname: string, _options: object, callback: Parameters<Lookup>[2]) => {
    lookup(hostname, { all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const within = addresses.filter(({ address }) => contains(list, address));
      if (within.length === 0)
        return callback(new Error(`${hostname} is not in OUTBOUND_ALLOW`), []);
      callback(null, within);
    });
  };
}
