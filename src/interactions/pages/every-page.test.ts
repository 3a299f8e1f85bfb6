import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../testing/chromium.ts';
import {
  byKeyboard,
  byWeight,
  type FindViolations,
  faultsOfPages,
  inModes,
  loadAxe,
  PAGE_MODES,
} from '../../testing/every-page.ts';
import { PAGE_LANGUAGES } from '../messages/messages.ts';

/** From right to left, of long words, and of letters as wide as they are high. */
const WIDE_LANGUAGES = ['ar', 'de', 'ja'] as const;

/**
 * Here is what shows most of what can go wrong, in English; of the languages that need most room,
 * whether they have it. `npm run test:pages` looks at each language in every mode.
 */
describe('every page', () => {
  let browser: Browser;
  let violations: FindViolations;
  before(async () => {
    [browser, violations] = await Promise.all([launchChromium(), loadAxe()]);
  });
  after(() => browser.close());

  describe('in English', () => {
    let faults: Record<'modes' | 'keyboard' | 'weight', string[]>;
    before(async () => {
      faults = await faultsOfPages(browser, 'en', {
        weight: byWeight,
        modes: inModes(violations, PAGE_MODES.most),
        keyboard: byKeyboard,
      });
    });

    it('breaks no rule of accessibility and fits its screen', () => {
      assert.deepEqual(faults.modes, []);
    });

    it('can be operated by the keyboard alone, and shows where the focus is', () => {
      assert.deepEqual(faults.keyboard, []);
    });

    it('weighs at most 30 KB in at most three requests, none of them elsewhere', () => {
      assert.deepEqual(faults.weight, []);
    });
  });

  for (const language of WIDE_LANGUAGES) {
    it(`fits the narrowest screen, in ${language}`, async () => {
      const modes = inModes(violations, PAGE_MODES.fits);
      assert.deepEqual(await faultsOfPages(browser, language, { modes }), { modes: [] });
    });
  }

  it('has a file that looks at each language in every mode', async () => {
    const files = await readdir(new URL('../../testing/every-page-everywhere/', import.meta.url));
    assert.deepEqual(files.sort(), PAGE_LANGUAGES.map((tag) => `${tag}.ts`).sort());
  });
});
