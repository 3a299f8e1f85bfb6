import { displayName } from '../languages/display-text.ts';

/** Longer ones are hardly names. */
const MAX_CHARACTERS = 50;
/**
 * Letters with their marks and joiners, spaces, what stands in names, pictures; a full stop only
 * before a space, a digit or the end, so that no mail program makes a link of it.
 */
const NAME =
  /^(?:[\p{L}\p{M}\p{Extended_Pictographic}\p{Join_Control} '’‘·・&+,()_-]|\p{N}|\.(?= |\d|$))+$/u;

/**
 * A name that somebody typed, if it is fit for a message: it cannot carry a link, an address or
 * more than a few words to whoever reads it. Anything else is left out rather than mended.
 *
 * @param name - of any length
 * @param options.digits - whether digits belong into it: into the name of a device, not of a person
 */
export function harmlessName(
  name: string | undefined,
  options: { digits: boolean },
): string | undefined {
  if (name === undefined || name.length > 4 * MAX_CHARACTERS) return undefined;
  const line = displayName(name);
  if ([...line].length > MAX_CHARACTERS || !NAME.test(line) || !/[\p{L}\p{N}]/u.test(line)) {
    return undefined;
  }
  return options.digits || !/\p{N}/u.test(line) ? line : undefined;
}
