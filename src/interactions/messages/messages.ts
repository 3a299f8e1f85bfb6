import { en } from './en.ts';

/** The texts of all hosted pages in one language; `en.ts` says what belongs in it. */
export type Messages = typeof en;

/** Every language that there is a catalogue for, the one for everybody else first. */
const CATALOGUES: readonly Messages[] = [en];

/**
 * The catalogue that serves a person best.
 *
 * @param preferred - BCP 47 language tags, best first: `ui_locales`, then the browser's
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (`ui_locales`); RFC 4647, section 3.4 (lookup)
 */
export function messagesFor(preferred: readonly string[]): Messages {
  for (const tag of preferred) {
    for (let range = tag.toLowerCase(); range !== ''; range = parentOf(range)) {
      const found = CATALOGUES.find((messages) => messages.lang.toLowerCase() === range);
      if (found !== undefined) return found;
    }
  }
  return en;
}

/** `de-ch` to `de`, `de` to nothing. */
function parentOf(range: string): string {
  return range.slice(0, Math.max(0, range.lastIndexOf('-')));
}
