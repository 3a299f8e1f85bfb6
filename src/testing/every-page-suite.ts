/**
 * Every page sample in one language, on narrow and wide screens, in light and dark, by keyboard, and
 * on the scales: too much for each run of the tests, so it has a name of its own, `npm run
 * test:pages`, and a file for each language, because each file has a process and a time of its own.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import type { LanguageTag } from '../languages/languages.ts';
import { launchChromium } from './chromium.ts';
import {
  type FindViolations,
  faultsByKeyboard,
  faultsOfPages,
  faultsOfWeight,
  loadAxe,
  PAGE_MODES,
} from './every-page.ts';

export function everyPageIn(language: LanguageTag): void {
  describe(`every page in ${language}`, () => {
    let browser: Browser;
    let violations: FindViolations;
    before(async () => {
      [browser, violations] = await Promise.all([launchChromium(), loadAxe()]);
    });
    after(() => browser.close());

    it('breaks no rule of accessibility and fits every screen', async () => {
      assert.deepEqual(await faultsOfPages(browser, violations, language, PAGE_MODES.all), []);
    });

    it('can be operated by the keyboard alone, and shows where the focus is', async () => {
      assert.deepEqual(await faultsByKeyboard(browser, language), []);
    });

    it('weighs at most 30 KB in at most three requests, none of them elsewhere', async () => {
      assert.deepEqual(await faultsOfWeight(browser, language), []);
    });
  });
}
