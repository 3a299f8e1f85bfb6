/**
 * Languages: which there are, which of them serves a person best, how each writes numbers, dates,
 * lists and lengths of time, and how somebody else's words are put into a sentence of ours. It
 * holds no sentence: those are in the catalogues of the rooms that speak to people.
 */

/** A language that the hosted pages and the mail may be in. BCP 47 */
export type LanguageTag = 'en' | 'de' | 'fr' | 'es' | 'pt' | 'ja' | 'zh-Hans' | 'ar';

/** What is known of a language besides its sentences. */
export interface Language {
  readonly tag: LanguageTag;
  /** ISO 639 and ISO 15924: what a person's tag has to come to. */
  readonly language: string;
  readonly script: string;
  /** What it calls itself, so that whoever reads nothing else on the page finds it. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  /**
   * For `Intl`. Arabic keeps the digits 0 to 9: codes are typed in them, whatever the country.
   * English has the day before the month, which nobody misreads.
   */
  readonly locale: string;
}

/** Every language, in the order of the menu. */
export const LANGUAGES: Readonly<Record<LanguageTag, Language>> = {
  en: { tag: 'en', language: 'en', script: 'Latn', name: 'English', dir: 'ltr', locale: 'en-GB' },
  de: { tag: 'de', language: 'de', script: 'Latn', name: 'Deutsch', dir: 'ltr', locale: 'de' },
  fr: { tag: 'fr', language: 'fr', script: 'Latn', name: 'Français', dir: 'ltr', locale: 'fr' },
  es: { tag: 'es', language: 'es', script: 'Latn', name: 'Español', dir: 'ltr', locale: 'es' },
  pt: { tag: 'pt', language: 'pt', script: 'Latn', name: 'Português', dir: 'ltr', locale: 'pt-BR' },
  ja: { tag: 'ja', language: 'ja', script: 'Jpan', name: '日本語', dir: 'ltr', locale: 'ja' },
  'zh-Hans': {
    tag: 'zh-Hans',
    language: 'zh',
    script: 'Hans',
    name: '简体中文',
    dir: 'ltr',
    locale: 'zh-Hans',
  },
  ar: {
    tag: 'ar',
    language: 'ar',
    script: 'Arab',
    name: 'العربية',
    dir: 'rtl',
    locale: 'ar-u-nu-latn',
  },
};
