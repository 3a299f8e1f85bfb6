import { isIP } from 'node:net';

/** Letters, digits, dots and hyphens: a name that DNS or a hosts file may know. */
export const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/**
 * Hosts that are this machine, which browsers treat as trustworthy without TLS.
 *
 * @param hostname - as a URL has it, in lower case
 */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}
