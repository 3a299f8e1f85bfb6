/**
 * Draws `docs/pages.png`, one picture of the hosted pages in light and dark, on phones and
 * desktops: `npm run docs:pages`.
 */
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { en } from '../interactions/messages/en.ts';
import { launchChromium } from './chromium.ts';
import { ordinaryNames, pageSamples, sampleFrame } from './page-samples.ts';
import { servePages } from './page-server.ts';

const SHEET = fileURLToPath(new URL('../../docs/pages.png', import.meta.url));
const PHONE = { width: 390, height: 780 };
const DESKTOP = { width: 1280, height: 780 };
/** Of a page, in the sheet. */
const SCALE = 0.4;
const GAP = 20;

interface Shot {
  readonly name: string;
  readonly viewport: typeof PHONE;
  readonly colorScheme: 'light' | 'dark';
}

const phone = (name: string, colorScheme: Shot['colorScheme']): Shot => ({
  name,
  viewport: PHONE,
  colorScheme,
});
const desktop = (name: string, colorScheme: Shot['colorScheme']): Shot => ({
  name,
  viewport: DESKTOP,
  colorScheme,
});

/** The most telling pages; each row is as wide as the others. */
const ROWS: readonly (readonly Shot[])[] = [
  [
    phone('sign-in', 'light'),
    desktop('account-sessions', 'light'),
    phone('consent', 'dark'),
    phone('register', 'light'),
  ],
  [
    phone('new-totp', 'dark'),
    phone('second-factor', 'light'),
    desktop('sign-in-rejected', 'dark'),
    phone('recovery-codes', 'light'),
  ],
  [
    phone('account', 'light'),
    phone('mailed-code', 'dark'),
    desktop('account-profile', 'light'),
    phone('account-applications', 'dark'),
  ],
];

async function shoot(browser: Browser, origin: string, shot: Shot): Promise<string> {
  const { name, viewport, colorScheme } = shot;
  const page = await browser.newPage({ viewport, colorScheme });
  await page.goto(`${origin}/${name}`);
  const picture = await page.screenshot();
  await page.close();
  return picture.toString('base64');
}

async function drawSheet(browser: Browser, origin: string): Promise<void> {
  const rows: string[] = [];
  for (const row of ROWS) {
    const pictures: string[] = [];
    for (const shot of row) {
      const width = shot.viewport.width * SCALE;
      const source = `data:image/png;base64,${await shoot(browser, origin, shot)}`;
      pictures.push(`<img class="${shot.colorScheme}" width="${width}" src="${source}">`);
    }
    rows.push(`<div>${pictures.join('')}</div>`);
  }
  const page = await browser.newPage({ deviceScaleFactor: 1.5 });
  await page.setContent(`<!doctype html><style>
    body { margin: 0; padding: ${GAP}px; width: max-content; background: #c9ced8; }
    div { display: flex; gap: ${GAP}px; }
    div + div { margin-top: ${GAP}px; }
    img { display: block; border-radius: 8px; box-shadow: 0 2px 8px rgb(20 23 31 / 25%); }
  </style>${rows.join('')}`);
  await page.locator('body').screenshot({ path: SHEET });
}

const samples = pageSamples(en, ordinaryNames);
const server = await servePages(sampleFrame(en, ordinaryNames), samples);
const browser = await launchChromium();
try {
  await drawSheet(browser, server.origin);
} finally {
  await browser.close();
  await server.close();
}
