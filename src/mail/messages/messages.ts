import { chooseLanguage } from '../../languages/choose-language.ts';
import type { LanguageTag } from '../../languages/languages.ts';
import { en, type MailMessages } from './en.ts';

/** Every language that there is a catalogue for, each loaded when it is first written in. */
const CATALOGUES: ReadonlyMap<LanguageTag, () => Promise<MailMessages>> = new Map([
  ['en', async () => en],
  ['de', async () => (await import('./de.ts')).de],
  ['fr', async () => (await import('./fr.ts')).fr],
  ['es', async () => (await import('./es.ts')).es],
  ['pt', async () => (await import('./pt.ts')).pt],
  ['ja', async () => (await import('./ja.ts')).ja],
  ['zh-Hans', async () => (await import('./zh-Hans.ts')).zhHans],
  ['ar', async () => (await import('./ar.ts')).ar],
]);

/** The languages that messages are written in. */
export const MAIL_LANGUAGES: readonly LanguageTag[] = [...CATALOGUES.keys()];

/**
 * The catalogue for a person; English for whoever none serves.
 *
 * @param locale - a BCP 47 tag of any form, as of the claim `locale`
 */
export async function mailMessagesFor(locale: string | undefined): Promise<MailMessages> {
  const tag = chooseLanguage(MAIL_LANGUAGES, locale === undefined ? [] : [locale]);
  const load = tag === undefined ? undefined : CATALOGUES.get(tag);
  return load === undefined ? en : load();
}
