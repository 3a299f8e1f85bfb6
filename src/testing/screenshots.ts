/**
 * Takes pictures of every hosted page, in light and dark, on a small phone, a phone and a desktop:
 *
 *     node src/testing/screenshots.ts DIRECTORY [NAME…]
 *
 * `--accent=#rrggbb` and `--rtl` show a tenant's colour and a right-to-left page.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { en } from '../interactions/messages/en.ts';
import { launchChromium } from './chromium.ts';
import { ordinaryNames, pageSamples } from './page-samples.ts';
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
    rtl: { type: 'boolean', default: false },
    viewport: { type: 'string', multiple: true },
    scheme: { type: 'string', multiple: true },
  },
});
const [directory, ...wanted] = positionals;
if (directory === undefined) throw new Error('usage: screenshots.ts DIRECTORY [NAME…]');
await mkdir(directory, { recursive: true });

const messages = { ...en, dir: values.rtl ? ('rtl' as const) : ('ltr' as const) };
const samples = pageSamples(messages, ordinaryNames);
const server = await servePages(
  {
    siteName: ordinaryNames.site,
    lang: messages.lang,
    dir: messages.dir,
    accentColor: values.accent,
    links: [
      { text: messages.footer.privacy, href: 'https://acme.example/privacy' },
      { text: messages.footer.terms, href: 'https://acme.example/terms' },
      { text: messages.footer.support, href: 'https://acme.example/help' },
    ],
    linksLabel: messages.footer.label,
    ownHost: false,
  },
  samples,
);
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
