import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseLanguage } from './choose-language.ts';
import { LANGUAGES, type LanguageTag } from './languages.ts';

const ALL = Object.keys(LANGUAGES) as LanguageTag[];

describe('chooseLanguage', () => {
  for (const [preferred, found] of [
    [['de'], 'de'],
    [['DE-at'], 'de'],
    [['en-GB-oxendict'], 'en'],
    [['pt-PT'], 'pt'],
    [['pt-BR'], 'pt'],
    [['es-419'], 'es'],
    [['fr_CA'], 'fr'],
    [['ar-EG'], 'ar'],
    [['zh'], 'zh-Hans'],
    [['zh-CN'], 'zh-Hans'],
    [['zh-SG'], 'zh-Hans'],
    [['zh-Hans-HK'], 'zh-Hans'],
    [['cmn'], 'zh-Hans'],
    // The first that is there, whatever it is called.
    [['nl', 'sv', 'ja-JP', 'de'], 'ja'],
    // Written differently: nobody gets Simplified Chinese unasked.
    [['zh-TW'], undefined],
    [['zh-HK'], undefined],
    [['zh-Hant'], undefined],
    [['zh-Hant-SG'], undefined],
    [['zh-TW', 'ja'], 'ja'],
    [['zh-TW', 'zh', 'en-US', 'en'], 'en'],
    [['zh-TW', 'zh-CN', 'en'], 'zh-Hans'],
    [['zh-CN', 'zh-TW', 'zh'], 'zh-Hans'],
    [['yue'], undefined],
    [['ja-Latn'], undefined],
    // No languages at all.
    [[], undefined],
    [['*'], undefined],
    [['', '-', 'x', 'de-', 'a'.repeat(9), '../de', 'de;q=1'], undefined],
    [[`de${'-abcde'.repeat(5_000)}`], undefined],
  ] as const) {
    it(`finds ${found ?? 'nothing'} for ${preferred.join(' ').slice(0, 40) || 'nothing'}`, () => {
      assert.equal(chooseLanguage(ALL, preferred), found);
    });
  }

  it('finds only what there is', () => {
    assert.equal(chooseLanguage(['en'], ['de', 'fr']), undefined);
    assert.equal(chooseLanguage(['en', 'fr'], ['de', 'fr']), 'fr');
  });
});

describe('the table of languages', () => {
  for (const { tag, language, script, dir, locale, name } of Object.values(LANGUAGES)) {
    it(`says of ${tag} what the standard says`, () => {
      const likely = new Intl.Locale(tag).maximize();
      assert.deepEqual([language, script], [likely.language, likely.script]);
      assert.equal(dir, script === 'Arab' ? 'rtl' : 'ltr');
      assert.deepEqual(Intl.PluralRules.supportedLocalesOf([locale]), [locale]);
      const own = new Intl.DisplayNames([tag], { type: 'language' }).of(tag);
      assert.equal(name.toLowerCase(), own?.toLowerCase());
    });
  }
});
