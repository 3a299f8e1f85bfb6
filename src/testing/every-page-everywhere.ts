/**
 * Every page sample in every language, on narrow and wide screens, in light and dark: too much for
 * each run of the tests, so it has a name of its own: `npm run test:pages`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { PAGE_LANGUAGES } from '../interactions/messages/messages.ts';
import { launchChromium } from './chromium.ts';
import { type FindViolations, faultsOfPages, loadAxe, PAGE_MODES } from './every-page.ts';

describe('every page in every language', () => {
  let browser: Browser;
  let violations: FindViolations;
  before(async () => {
    [browser, violations] = await Promise.all([launchChromium(), loadAxe()]);
  });
  after(() => browser.close());

  for (const language of PAGE_LANGUAGES) {
    it(`breaks no rule of accessibility and fits every screen, in ${language}`, async () => {
      assert.deepEqual(await faultsOfPages(browser, violations, language, PAGE_MODES.all), []);
    });
  }
});
