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
import { byKeyboard, byWeight, faultsOfPages, inModes, loadAxe, PAGE_MODES } from './every-page.ts';

export function everyPageIn(language: LanguageTag): void {
  describe(`every page in ${language}`, () => {
    let browser: Browser | undefined;
    let faults: Record<'modes' | 'keyboard' | 'weight', string[]>;
    before(async () => {
      browser = await launchChromium();
      faults = await faultsOfPages(browser, language, {
        weight: byWeight,
        modes: inModes(await loadAxe(), PAGE_MODES.all),
        keyboard: byKeyboard,
      });
    });
    after(() => browser?.close());

    it('breaks no rule of accessibility and fits every screen', () => {
      assert.deepEqual(faults.modes, []);
    });

    it('can be operated by the keyboard alone, and shows where the focus is', () => {
      assert.deepEqual(faults.keyboard, []);
    });

    it('weighs at most 30 KB in at most three requests, none of them elsewhere', () => {
      assert.deepEqual(faults.weight, []);
    });
  });
}
