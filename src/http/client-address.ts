import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Anything that carries Node's request; Koa's context does. */
interface HasRequest {
  readonly req: IncomingMessage;
}

export interface ClientAddress {
  /** The caller's IP address; `unknown` once the connection is gone. */
  addressOf(ctx: HasRequest): string;
  /** Whether the peer's forwarded addresses count. */
  trusts(ctx: HasRequest): boolean;
}

/**
 * Makes the function that tells who is calling.
 *
 * `X-Forwarded-For` counts only when the peer itself is a trusted proxy, and then its right-most
 * address that is not one: each proxy appends, so everything further left is the caller's own
 * claim. No other forwarded header is read: scheme and host of every URL come from configuration,
 * and the tenant from the `Host` header, which proxies pass on as it came.
 *
 * @param trustedProxies - CIDR blocks, validated by `config`; empty trusts nobody
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const block of trustedProxies) {
    const [address = '', prefix] = block.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    trusted.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  const isTrusted = (address: string) =>
    trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return {
    trusts({ req }) {
      const peer = plainAddress(req.socket.remoteAddress ?? '');
      return peer !== undefined && isTrusted(peer);
    },
    addressOf({ req }) {
      let address = plainAddress(req.socket.remoteAddress ?? '');
      if (address === undefined) return 'unknown';
      for (const hop of listOf(req.headers['x-forwarded-for'])) {
        const next = plainAddress(hop);
        if (!isTrusted(address) || next === undefined) break;
        address = next;
      }
      return address;
    },
  };
}

/** A comma-separated header from right to left. */
function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text === ''
    ? []
    : text
        .split(',')
        .map((value) => value.trim())
        .reverse();
}

/** An address without port, brackets, zone, or the IPv6 clothes of an IPv4 address. */
function plainAddress(text: string): string | undefined {
  const bare =
    /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^(\d[\d.]*):\d{1,5}$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 ? undefined : address;
}
