/**
 * An address that may stand in a link on our pages: absolute, http or https, nothing else, so
 * that no registered address can run script.
 *
 * @param value - metadata or settings, of any type
 * @returns the address in its normal form, or undefined
 */
export function webLink(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const url = URL.parse(value);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:')
    ? url.href
    : undefined;
}
