import { isIPv4, isIPv6 } from 'node:net';
import type { AttemptSubject } from './attempt-store.ts';
import { normalizeIdentifier } from './normalize-identifier.ts';

/** Prefixes under which an IPv6 address is an IPv4 address in other clothes, in hextets. */
const IPV4_PREFIXES = [
  '0:0:0:0:0:ffff', // IPv4-mapped, RFC 4291, section 2.5.5.2
  '64:ff9b:0:0:0:0', // NAT64, RFC 6052: all of IPv4 would be one block
];

/**
 * What a sign-in attempt is counted on: the address, its block, and the account that it names.
 *
 * The account is the identifier as it was typed, normalised, whether it exists or not. Counting on
 * the account's id would tell strangers that a username and an e-mail address are one person's,
 * and that they exist; the price is that each of the two names has a limit of its own.
 *
 * @param input.identifier - as typed; one that cannot be an account's is not counted on
 * @param input.address - the caller's, as far as the trusted proxies allow to know it; all of
 *   unknown address are counted as one
 */
export function attemptSubjects(input: { identifier: string; address: string }): AttemptSubject[] {
  const subjects = networkSubjects(input.address);
  const identifier = normalizeIdentifier(input.identifier);
  if (identifier !== '') subjects.push({ kind: 'account', identifier });
  return subjects;
}

/** The address that an attempt comes from, and its block. */
export function networkSubjects(address: string): AttemptSubject[] {
  return [
    { kind: 'address', address: canonicalAddress(address) },
    { kind: 'address_block', block: addressBlock(address) },
  ];
}

/**
 * The network that an address belongs to: what one person or company commonly has.
 *
 * @returns `192.0.2.0/24`, `2001:db8:0:1::/64`; a text that is no address comes back as `unknown`
 */
export function addressBlock(address: string): string {
  const canonical = canonicalAddress(address);
  if (isIPv4(canonical)) return `${canonical.split('.').slice(0, 3).join('.')}.0/24`;
  return isIPv6(canonical) ? `${hextets(canonical).slice(0, 4).join(':')}::/64` : 'unknown';
}

/**
 * What requests are limited by where one caller is meant: an IPv4 address, but the /64 of an IPv6
 * address, since its owner may use any address in it.
 */
export function callerOf(address: string): string {
  const canonical = canonicalAddress(address);
  return isIPv6(canonical) ? addressBlock(canonical) : canonical;
}

/** One text for every way to write an address; an IPv4 address inside IPv6 comes out. */
function canonicalAddress(address: string): string {
  const bare = address.replace(/%.*$/s, '');
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return 'unknown';
  const parts = hextets(bare);
  if (IPV4_PREFIXES.includes(parts.slice(0, 6).join(':'))) return embeddedIpv4(parts);
  return parts.join(':');
}

/** The eight parts of an IPv6 address, lower case, without leading zeros. */
function hextets(address: string): string[] {
  // The URL parser compresses, lower-cases and rewrites a dotted end.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right];
}

function embeddedIpv4(parts: readonly string[]): string {
  return parts
    .slice(6)
    .map((part) => Number.parseInt(part, 16))
    .flatMap((part) => [part >> 8, part & 0xff])
    .join('.');
}
