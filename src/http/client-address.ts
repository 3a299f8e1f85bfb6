import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** What a request says of its origin, as far as it may be believed. */
export interface ForwardedOrigin {
  readonly protocol: 'http' | 'https';
  /** Host and port as the caller wrote them; undefined when there is none or it is malformed. */
  readonly host: string | undefined;
}

/** Anything that carries Node's request; Koa's context does. */
interface HasRequest {
  readonly req: IncomingMessage;
}

export interface ClientAddress {
  /** The caller's IP address; `unknown` once the connection is gone. */
  addressOf(ctx: HasRequest): string;
  /** Scheme and host that the caller used; never an authority for issuer URLs. */
  forwardedOrigin(ctx: HasRequest): ForwardedOrigin;
}

/** A name or IPv4 address, or an IPv6 address in brackets, with a port or without. */
const HOST =
  /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * Makes the functions that tell who is calling.
 *
 * `X-Forwarded-For` counts only when the peer itself is a trusted proxy, and then its right-most
 * address that is not one: each proxy appends, so everything further left is the caller's own
 * claim. `X-Forwarded-Proto` and `-Host` count under the same condition, at the same distance from
 * the right (their right-most value when they are shorter).
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

  /** The caller, and how many forwarded hops from the right it was found. */
  function walk({ req }: HasRequest): { address: string; distance: number } | undefined {
    const peer = plainAddress(req.socket.remoteAddress ?? '');
    if (peer === undefined || !isTrusted(peer)) {
      return peer === undefined ? undefined : { address: peer, distance: -1 };
    }
    let address = peer;
    let distance = 0;
    for (const hop of listOf(req.headers['x-forwarded-for'])) {
      const next = plainAddress(hop);
      if (next === undefined) break;
      address = next;
      if (!isTrusted(next)) break;
      distance += 1;
    }
    return { address, distance };
  }

  return {
    addressOf: (ctx) => walk(ctx)?.address ?? 'unknown',
    forwardedOrigin(ctx) {
      const { headers, socket } = ctx.req;
      const distance = walk(ctx)?.distance ?? -1;
      const forwarded = (name: string) => {
        if (distance < 0) return undefined;
        const values = listOf(headers[name]);
        return values[Math.min(distance, values.length - 1)];
      };
      const protocol = forwarded('x-forwarded-proto')?.toLowerCase();
      const host = forwarded('x-forwarded-host') ?? headers.host ?? '';
      return {
        protocol:
          protocol === 'https' || protocol === 'http'
            ? protocol
            : 'encrypted' in socket && socket.encrypted === true
              ? 'https'
              : 'http',
        host: HOST.test(host) ? host : undefined,
      };
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
