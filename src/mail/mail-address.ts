import { domainToASCII } from 'node:url';

/** RFC 5321, section 4.5.3.1. */
const MAX_LOCAL_BYTES = 64;
const MAX_BYTES = 254;

/** Atoms with single dots between them; letters of every script (RFC 6531). No quoted forms. */
const LOCAL =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
/**
 * What a domain may be written with before it is put into ASCII: Node would decode percent signs
 * for that, and drop what comes after a slash, and the message would go to somebody else.
 */
const WRITTEN_DOMAIN = /^[\p{L}\p{M}\p{N}\p{Join_Control}.-]+$/u;
/** Labels; the last one is not a number, which would make an address of a machine of it. */
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*(?!\d+$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/**
 * An address as a message is sent to it: its domain in ASCII.
 *
 * It holds no space, quote, bracket, comma, semicolon or control character, so that it is one
 * address wherever it stands: in a header, in a command, in a log.
 *
 * @param text - as an account or a form has it
 * @returns undefined when it is not an address
 * @see RFC 5321, section 4.1.2; RFC 6531, section 3.3
 */
export function mailAddress(text: string): string | undefined {
  if (text.length > MAX_BYTES) return undefined;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const written = text.slice(at + 1);
  if (!WRITTEN_DOMAIN.test(written)) return undefined;
  const domain = domainToASCII(written);
  if (!LOCAL.test(local) || !DOMAIN.test(domain)) return undefined;
  const address = `${local}@${domain}`;
  return Buffer.byteLength(local) <= MAX_LOCAL_BYTES && Buffer.byteLength(address) <= MAX_BYTES
    ? address
    : undefined;
}

/** An address so that its owner knows it and nobody else learns it: `n•••@example.com`. */
export function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const [first = ''] = address.slice(0, Math.max(at, 0));
  return `${first}•••${address.slice(at)}`;
}
