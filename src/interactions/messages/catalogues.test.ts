import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeCatalogues } from '../../testing/catalogue-rules.ts';
import { ordinaryNames, pageSamples } from '../../testing/page-samples.ts';
import { en } from './en.ts';
import { messagesFor, PAGE_LANGUAGES } from './messages.ts';

const CATALOGUES = await Promise.all(PAGE_LANGUAGES.map((tag) => messagesFor([tag])));

describe('the catalogues of the pages', () => {
  describeCatalogues(CATALOGUES, {
    de: ['Website', 'Name', 'name', 'Code', 'Passkeys'],
    fr: ['Code'],
    es: ['Error: ARG', 'roles'],
  });

  for (const messages of CATALOGUES) {
    it(`tell pages apart by their titles in ${messages.lang} as in English`, () => {
      const titles = (of: typeof en) =>
        Object.values(pageSamples(of, ordinaryNames)).map(({ title }) => title);
      const [english, own] = [titles(en), titles(messages)];
      own.forEach((title, index) => {
        assert.equal(english[own.indexOf(title)], english[index], title);
      });
    });
  }
});
