import { chooseLanguage } from '../../languages/choose-language.ts';
import type { LanguageTag } from '../../languages/languages.ts';
import { en, type MailMessages } from './en.ts';

/** Every language that there is a catalogue for. */
const CATALOGUES: ReadonlyMap<LanguageTag, MailMessages> = new Map([[en.lang, en]]);

/** The languages that messages are written in. */
export const MAIL_LANGUAGES: readonly LanguageTag[] = [...CATALOGUES.keys()];

/**
 * The catalogue for a person; English for whoever none serves.
 *
 * @param locale - a BCP 47 tag of any form, as of the claim `locale`
 */
export function mailMessagesFor(locale: string | undefined): MailMessages {
  const tag = chooseLanguage(MAIL_LANGUAGES, locale === undefined ? [] : [locale]);
  return (tag === undefined ? undefined : CATALOGUES.get(tag)) ?? en;
}
