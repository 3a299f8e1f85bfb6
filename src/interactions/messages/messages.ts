import { chooseLanguage } from '../../languages/choose-language.ts';
import type { LanguageTag } from '../../languages/languages.ts';
import type { Messages } from './catalogue.ts';
import { en } from './en.ts';

export type { Messages } from './catalogue.ts';

/**
 * Every language that there is a catalogue for, in the order of the menu. A catalogue is loaded
 * when somebody reads it first, so that starting does not cost more with each language.
 */
const CATALOGUES: ReadonlyMap<LanguageTag, () => Promise<Messages>> = new Map([
  ['en', async () => en],
  ['de', async () => (await import('./de.ts')).de],
  ['fr', async () => (await import('./fr.ts')).fr],
  ['es', async () => (await import('./es.ts')).es],
  ['pt', async () => (await import('./pt.ts')).pt],
  ['ja', async () => (await import('./ja.ts')).ja],
  ['zh-Hans', async () => (await import('./zh-Hans.ts')).zhHans],
  ['ar', async () => (await import('./ar.ts')).ar],
]);

/** The languages of the hosted pages. */
export const PAGE_LANGUAGES: readonly LanguageTag[] = [...CATALOGUES.keys()];

/**
 * The catalogue that serves a person best; English for whoever none does.
 *
 * @param preferred - BCP 47 language tags, best first
 */
export async function messagesFor(preferred: readonly string[]): Promise<Messages> {
  const tag = chooseLanguage(PAGE_LANGUAGES, preferred);
  const load = tag === undefined ? undefined : CATALOGUES.get(tag);
  return load === undefined ? en : load();
}

/** What a catalogue says of something that may have any name: `undefined` if it has no words. */
export function entry<T>(table: Readonly<Record<string | number, T>>, key: string | number) {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
