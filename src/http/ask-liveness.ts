import { isIPv6 } from 'node:net';

/** Addresses that mean all of them; whoever asks has to choose one. */
const ANY = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/**
 * Asks a server on this machine whether it lives.
 *
 * @param at.host - as it listens: `0.0.0.0` and `::` are asked on the loopback
 * @returns false when nobody listens, for any answer but a good one, and for none in time
 */
export async function askLiveness(at: {
  host: string;
  port: number | string;
  timeoutMs: number;
}): Promise<boolean> {
  const address = ANY.get(at.host) ?? at.host;
  const host = isIPv6(address) ? `[${address}]` : address;
  try {
    const signal = AbortSignal.timeout(at.timeoutMs);
    const answer = await fetch(`http://${host}:${at.port}/health/live`, { signal });
    return answer.ok;
  } catch {
    return false;
  }
}
