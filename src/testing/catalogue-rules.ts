/**
 * What every catalogue of texts has to keep to, whichever room it is of: whole, translated, with
 * the same names and numbers in it, and written as its language is printed.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LANGUAGES, type LanguageTag } from '../languages/languages.ts';

/** A catalogue: texts by key, and the language that they are in. */
interface Catalogue {
  readonly lang: LanguageTag;
  readonly dir: 'ltr' | 'rtl';
}

type Sentence = (...args: unknown[]) => string;

interface Text {
  /** Such as `signIn.title`. */
  readonly path: string;
  readonly english: string | Sentence;
  readonly own: string | Sentence;
}

/** No sentences: the language itself, and what `Intl` says. */
const UNTRANSLATED = new Set(['lang', 'dir', 'formats', 'wait']);
/** Somebody's name that runs against Arabic, and one that runs against English. */
const LATIN = 'Notes';
const HEBREW = 'תוכנה';

/**
 * Describes the catalogues of a room, one test for each rule and language.
 *
 * @param catalogues - English first
 * @param same - for each language, words that it has taken over, or that it writes the same
 */
export function describeCatalogues(
  catalogues: readonly Catalogue[],
  same: Readonly<Partial<Record<LanguageTag, readonly string[]>>>,
): void {
  const [english, ...others] = catalogues;
  assert.ok(english !== undefined && english.lang === 'en');

  it('are one for each language that there is', () => {
    assert.deepEqual(
      catalogues.map(({ lang }) => lang),
      Object.keys(LANGUAGES),
    );
  });

  for (const catalogue of catalogues) {
    describe(`in ${catalogue.lang}`, () => {
      const texts = textsOf(english, catalogue);
      describeAny(catalogue, texts);
      if (others.includes(catalogue)) describeTranslation(texts, same[catalogue.lang] ?? []);
      if (catalogue.lang === 'fr') describeFrench(texts);
      if (['ja', 'zh-Hans'].includes(catalogue.lang)) describeFullWidth(texts);
      if (catalogue.lang === 'ar') describeArabic(texts);
    });
  }
}

function describeAny({ lang, dir }: Catalogue, texts: readonly Text[]): void {
  it('has something to say everywhere', () => {
    assert.ok(texts.length > 50);
    assert.equal(dir, LANGUAGES[lang].dir);
    for (const { path, english, own } of texts) {
      const says = spoken(own);
      assert.equal(typeof own, typeof english, path);
      assert.equal(says, says.trim(), path);
      assert.equal(says === '', spoken(english) === '', path);
      assert.doesNotMatch(says, /undefined|NaN|\[object|\u00a0{2}| {2}/, path);
    }
  });

  it('writes quotation marks and apostrophes as they are printed', () => {
    for (const { path, own } of texts) assert.doesNotMatch(spoken(own), /['"`]|\.\.\./, path);
  });
}

function describeTranslation(texts: readonly Text[], same: readonly string[]): void {
  it('leaves nothing in English', () => {
    for (const { path, english, own } of texts) {
      const says = spoken(own);
      // Names in a row are the same everywhere.
      const words = says.replaceAll('ARG', '').replace(/[^\p{L}]/gu, '');
      if (words === '' || same.includes(says)) continue;
      assert.notEqual(says, spoken(english), path);
    }
  });

  it('says the names and numbers that English says', () => {
    for (const { path, english, own } of texts) {
      if (typeof english === 'string' || typeof own === 'string') continue;
      assert.deepEqual(dependsOn(own, english.length), dependsOn(english, english.length), path);
    }
  });

  it('ends a sentence where English ends one', () => {
    for (const { path, english, own } of texts) {
      const ends = /[.。]$/u;
      assert.equal(ends.test(spoken(own)), ends.test(spoken(english)), path);
    }
  });
}

function describeFrench(texts: readonly Text[]): void {
  it('keeps a sign together with the word before it', () => {
    for (const { path, own } of texts) {
      assert.doesNotMatch(spoken(own), / [:;?!»]|« /u, path);
      assert.doesNotMatch(spoken(own), /[\p{L}\p{N})][;?!»]|[\p{L}]:(?!\/)|«\S/u, path);
    }
  });
}

function describeFullWidth(texts: readonly Text[]): void {
  it('has full-width signs', () => {
    for (const { path, own } of texts) {
      assert.doesNotMatch(spoken(own), /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}][,.;:?!]/u, path);
    }
  });
}

function describeArabic(texts: readonly Text[]): void {
  it('has Arabic signs', () => {
    for (const { path, own } of texts) assert.doesNotMatch(spoken(own), /[,;?]/, path);
  });

  it('keeps names apart from the sentence', () => {
    for (const { path, english, own } of texts) {
      if (typeof own === 'string' || typeof english === 'string') continue;
      for (let index = 0; index < english.length; index += 1) {
        const said = (sentence: Sentence, name: string) =>
          sentence(
            ...Array.from({ length: english.length }, (_, at) => (at === index ? name : 'x')),
          );
        // What English keeps apart when it runs the other way is a name.
        if (!said(english, HEBREW).includes(`\u2068${HEBREW}`)) continue;
        assert.doesNotMatch(said(own, LATIN), new RegExp(`(?<!\u2068)${LATIN}`), path);
      }
    }
  });
}

/** Every text of a catalogue beside the English one. */
function textsOf(english: object, own: object, at = ''): Text[] {
  return Object.entries(english).flatMap(([key, value]) => {
    if (at === '' && UNTRANSLATED.has(key)) return [];
    const path = at === '' ? key : `${at}.${key}`;
    const other: unknown = own[key as never];
    if (typeof value === 'object') return textsOf(value as object, other as object, path);
    return [{ path, english: value as Text['english'], own: other as Text['own'] }];
  });
}

/** What a text says, its arguments being `ARG`. */
function spoken(text: string | Sentence): string {
  return typeof text === 'string'
    ? text
    : text(...Array.from({ length: text.length }, () => 'ARG'));
}

/** Whether what a function says depends on each of its parameters; by any of two values. */
function dependsOn(sentence: Sentence, parameters: number): boolean[] {
  const said = (args: unknown[]) => {
    try {
      return sentence(...args);
    } catch {
      return undefined;
    }
  };
  return Array.from({ length: parameters }, (_, index) =>
    [
      ['one', 'other'],
      [1, 7002],
      [2, 7003],
      [new Date(0), new Date(1e12)],
      [['one'], ['other', 'thing']],
    ].some((values) => {
      const [first, second] = values.map((value) =>
        said(Array.from({ length: parameters }, (_unused, at) => (at === index ? value : 3))),
      );
      return first !== undefined && second !== undefined && first !== second;
    }),
  );
}
