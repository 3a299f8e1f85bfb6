import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../testing/chromium.ts';
import {
  type FindViolations,
  faultsByKeyboard,
  faultsOfPages,
  faultsOfWeight,
  loadAxe,
  PAGE_MODES,
} from '../../testing/every-page.ts';
import { PAGE_LANGUAGES } from '../messages/messages.ts';

/** Languages of long words, and of letters as wide as they are high. */
const WIDE_LANGUAGES = ['de', 'ja'] as const;

/**
 * Here is what shows most of what can go wrong, in English, and from right to left where words have
 * the least room; of the languages that need most of it, whether they have it. `npm run test:pages`
 * looks at each language in every mode.
 */
describe('every page', () => {
  let browser: Browser;
  let violations: FindViolations;
  before(async () => {
    [browser, violations] = await Promise.all([launchChromium(), loadAxe()]);
  });
  after(() => browser.close());

  for (const [language, modes] of [
    ['en', PAGE_MODES.most],
    ['ar', PAGE_MODES.narrow],
  ] as const) {
    it(`breaks no rule of accessibility and fits its screen, in ${language}`, async () => {
      assert.deepEqual(await faultsOfPages(browser, violations, language, modes), []);
    });
  }

  for (const language of WIDE_LANGUAGES) {
    it(`fits the narrowest screen, in ${language}`, async () => {
      assert.deepEqual(await faultsOfPages(browser, violations, language, PAGE_MODES.fits), []);
    });
  }

  it('can be operated by the keyboard alone, and shows where the focus is', async () => {
    assert.deepEqual(await faultsByKeyboard(browser, 'en'), []);
  });

  it('weighs at most 30 KB in at most three requests, none of them elsewhere', async () => {
    assert.deepEqual(await faultsOfWeight(browser, 'en'), []);
  });

  it('has a file that looks at each language in every mode', async () => {
    const files = await readdir(new URL('../../testing/every-page-everywhere/', import.meta.url));
    assert.deepEqual(files.sort(), PAGE_LANGUAGES.map((tag) => `${tag}.ts`).sort());
  });
});
