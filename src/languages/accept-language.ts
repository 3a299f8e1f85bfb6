/** `q=` and at most three decimals. RFC 9110, section 12.4.2 */
const WEIGHT = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i;
/** A person reads few languages; the rest of a long header is noise. */
const MAX_RANGES = 20;

/**
 * The languages that a browser accepts, best first; those of equal weight as they were sent.
 *
 * What has the weight 0 is not acceptable and left out, and so is what is malformed.
 *
 * @param header - the value of `Accept-Language`; may be empty
 * @see RFC 9110, section 12.5.4
 */
export function acceptedLanguages(header: string): string[] {
  return header
    .split(',', MAX_RANGES)
    .map(weighed)
    .filter(({ range, weight }) => range !== '' && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
}

function weighed(part: string): { range: string; weight: number } {
  const [range = '', parameter, ...more] = part.split(';').map((piece) => piece.trim());
  if (parameter === undefined) return { range, weight: 1 };
  const weight = more.length === 0 ? WEIGHT.exec(parameter)?.[1] : undefined;
  return { range, weight: Number(weight ?? 0) };
}
