import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { GatehouseError } from '../errors.ts';

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

/** A request of ours would have reached an address that is neither public nor allowed. */
export class ForbiddenAddressError extends GatehouseError {
  constructor(host: string) {
    super('forbidden_address', `${host} is no public address, and not in OUTBOUND_ALLOW`, {
      expose: false,
    });
  }
}

/**
 * What is not reachable from everywhere: ourselves, private networks, documentation, translation
 * into any of them. Network policies under `deploy/` leave out the same.
 *
 * @see IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6890
 */
export const SPECIAL_PURPOSE: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/63',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
];

/**
 * Fetches from servers of others: public addresses only, and besides them what the operator lists
 * in OUTBOUND_ALLOW.
 *
 * A name is looked up when the connection is made, and by nothing else, so that a second answer of
 * the name server cannot lead elsewhere; one forbidden address among its answers forbids it. No
 * redirect is followed. A dispatcher in the options is not used: this one is the guard.
 *
 * @param allow - CIDR blocks, such as `10.0.0.0/8`
 */
export function createOutboundFetch(
  allow: readonly string[],
  lookup: Lookup = systemLookup,
): OutboundFetch {
  const mayReach = addressPolicy(allow);
  let dispatcher: object | undefined;

  return async (url, options) => {
    const { hostname } = new URL(url instanceof Request ? url.url : url);
    const host = hostname.replace(/^\[|\]$/g, '');
    // An address is connected to without being looked up.
    if (isIP(host) !== 0 && !mayReach(host)) throw new ForbiddenAddressError(host);
    dispatcher ??= createDispatcher({ connect: { lookup: guardedLookup(mayReach, lookup) } });
    return fetch(url, { ...options, dispatcher, redirect: 'error' } as RequestInit);
  };
}

/**
 * Whether a host may be fetched from, as far as it says without being looked up: an address, or a
 * name of this machine. Any other name may; the connection decides.
 *
 * @param allow - CIDR blocks, such as `10.0.0.0/8`
 */
export function createHostPolicy(allow: readonly string[]): (hostname: string) => boolean {
  const mayReach = addressPolicy(allow);
  return (hostname) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0) return mayReach(host);
    // RFC 6761, section 6.3
    return !/(^|\.)localhost\.?$/i.test(host) || mayReach('127.0.0.1') || mayReach('::1');
  };
}

function addressPolicy(allow: readonly string[]): (address: string) => boolean {
  const special = blockList(SPECIAL_PURPOSE);
  const allowed = blockList(allow);
  return (address) => contains(allowed, address) || !contains(special, address);
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

/**
 * Node's own fetch is undici, which Node does not export: the class of its connections is found on
 * the dispatcher that it puts in the global scope when it is first used.
 */
function createDispatcher(options: object): object {
  // Touched so that it is there. Node's undici 8 has another number than the one before.
  void Response;
  const known: unknown[] = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'].map((name) =>
    Reflect.get(globalThis, Symbol.for(name)),
  );
  const global = known.find((one) => typeof one === 'object' && one !== null);
  // Without the guard nothing is fetched at all.
  if (global === undefined) throw new TypeError('no dispatcher to guard connections with');
  const Agent = (global as object).constructor as new (options: object) => object;
  return new Agent(options);
}

/** Looks a name up for a connection, and fails when any of its addresses may not be reached. */
function guardedLookup(mayReach: (address: string) => boolean, lookup: Lookup) {
  return (hostname: string, _options: object, callback: Parameters<Lookup>[2]) => {
    lookup(hostname, { all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const forbidden = addresses.some(({ address }) => !mayReach(address));
      if (forbidden) return callback(new ForbiddenAddressError(hostname), []);
      callback(null, addresses);
    });
  };
}
