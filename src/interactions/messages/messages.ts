import { chooseLanguage } from '../../languages/choose-language.ts';
import type { LanguageTag } from '../../languages/languages.ts';
import { en } from './en.ts';

/** The texts of all hosted pages in one language; `en.ts` says what belongs in it. */
export type Messages = typeof en;

/** Every language that there is a catalogue for, in the order of the menu. */
const CATALOGUES: ReadonlyMap<LanguageTag, Messages> = new Map([[en.lang, en]]);

/** The languages of the hosted pages. */
export const PAGE_LANGUAGES: readonly LanguageTag[] = [...CATALOGUES.keys()];

/**
 * The catalogue that serves a person best; English for whoever none does.
 *
 * @param preferred - BCP 47 language tags, best first
 */
export function messagesFor(preferred: readonly string[]): Messages {
  const tag = chooseLanguage(PAGE_LANGUAGES, preferred);
  return (tag === undefined ? undefined : CATALOGUES.get(tag)) ?? en;
}

/** What a catalogue says of something that may have any name: `undefined` if it has no words. */
export function entry<T>(table: Readonly<Record<string | number, T>>, key: string | number) {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
