/**
 * Takes pictures of every hosted page, in light and dark, on a small phone, a phone and a desktop:
 *
 *     node src/testing/screenshots.ts DIRECTORY [NAME…]
 *
 * `--accent=#rrggbb` shows a tenant's colour, `--lang=TAG` another language, `--menu` the choice of one.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messagesFor } from '../interactions/messages/messages.ts';
import { launchChromium } from './chromium.ts';
import { ordinaryNames, pageSamples, sampleFrame } from './page-samples.ts';
import { servePages } from './page-server.ts';

const VIEWPORTS = {
  small: { width: 320, height: 640 },
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    accent: { type: 'string' },
    lang: { type: 'string', default: 'en' },
    /** With the menu of languages open. */
    menu: { type: 'boolean', default: false },
    viewport: { type: 'string', multiple: true },
    scheme: { type: 'string', multiple: true },
  },
});
const [directory, ...wanted] = positionals;
if (directory === undefined) throw new Error('usage: screenshots.ts DIRECTORY [NAME…]');
await mkdir(directory, { recursive: true });

const messages = await messagesFor([values.lang]);
const samples = pageSamples(messages, ordinaryNames);
const frame = sampleFrame(messages, ordinaryNames, values.accent);
const server = await servePages(frame, samples);
const browser = await launchChromium();
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    if (values.scheme !== undefined && !values.scheme.includes(colorScheme)) continue;
    for (const [size, viewport] of Object.entries(VIEWPORTS)) {
      if (values.viewport !== undefined && !values.viewport.includes(size)) continue;
      const context = await browser.newContext({ colorScheme, viewport, javaScriptEnabled: false });
      const page = await context.newPage();
      for (const name of wanted.length > 0 ? wanted : Object.keys(samples)) {
        await page.goto(`${server.origin}/${name}`);
        if (values.menu) await page.locator('.languages summary').click();
        const path = join(directory, `${name}-${size}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: true });
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
}
