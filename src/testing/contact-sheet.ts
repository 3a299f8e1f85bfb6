/**
 * Draws `docs/pages.png`, one picture of all hosted pages, in light and dark, on phones and
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
/** Of a page, in the sheet: of the most telling ones, and of all others. */
const SCALE = 0.4;
const SMALL_SCALE = 0.2;
const SMALL_IN_A_ROW = 11;
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

const samples = pageSamples(en, ordinaryNames);

/** One of every template that is not among the most telling pages, light and dark in turn. */
function otherShots(): Shot[] {
  const seen = new Set(ROWS.flat().map(({ name }) => samples[name]?.template));
  const others = Object.entries(samples).filter(([, { template }]) => {
    const isNew = !seen.has(template);
    seen.add(template);
    return isNew;
  });
  return others.map(([name], index) => phone(name, index % 2 === 0 ? 'light' : 'dark'));
}

function inRows(shots: readonly Shot[]): Shot[][] {
  const count = Math.ceil(shots.length / SMALL_IN_A_ROW);
  return Array.from({ length: count }, (_, row) =>
    shots.slice(row * SMALL_IN_A_ROW, (row + 1) * SMALL_IN_A_ROW),
  );
}

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
  const telling = ROWS.map((shots) => ({ shots, scale: SCALE }));
  const others = inRows(otherShots()).map((shots) => ({ shots, scale: SMALL_SCALE }));
  for (const { shots, scale } of [...telling, ...others]) {
    const pictures: string[] = [];
    for (const shot of shots) {
      const width = shot.viewport.width * scale;
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

const server = await servePages(sampleFrame(en, ordinaryNames), samples);
const browser = await launchChromium();
try {
  await drawSheet(browser, server.origin);
} finally {
  await browser.close();
  await server.close();
}
