/**
 * Looks at every page sample in Chromium, in one language, as people see it: on a narrow and on a
 * wide screen, in light and dark, with letters twice as large, and by keyboard alone.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { messagesFor } from '../interactions/messages/messages.ts';
import { LOGO_MAX_BYTES } from '../tenants/logo-image.ts';
import { ordinaryNames, pageSamples, sampleFrame } from './page-samples.ts';
import { servePages } from './page-server.ts';

/** How a page is shown, and which rules it is held against. */
interface PageMode {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
  /** `colours`: the rules about them alone; `none`: only whether it fits; `all` by default. */
  readonly rules?: 'all' | 'colours' | 'none';
}

const NARROW: PageMode = { width: 320, colorScheme: 'light' };
const WIDE: PageMode = { width: 1280, colorScheme: 'light' };
/** The ways in which every page has to pass. */
export const PAGE_MODES = {
  /** Everything everywhere. */
  all: [NARROW, { ...NARROW, colorScheme: 'dark' }, WIDE, { ...WIDE, colorScheme: 'dark' }],
  /** Every rule where words have the least room, and the other colours where they have most. */
  most: [NARROW, { ...WIDE, colorScheme: 'dark', rules: 'colours' }],
  /** Only whether words have room where there is the least of it. */
  fits: [{ ...NARROW, rules: 'none' }],
} as const satisfies Record<string, readonly PageMode[]>;

const HEIGHT = 800;
/** WCAG 2.2, levels A and AA, and what axe recommends besides. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
/** What can be operated, and is reached by the Tab key. */
const OPERATED = 'a[href], button, summary, input, select, textarea';
/** A date is a field of several stops. */
const MAX_STOPS = 6;
/** What a page may cost on the wire, opened for the first time. */
const BUDGET_BYTES = 30 * 1024;
/** What the largest logo adds to every page, in base64. */
const LOGO_BYTES = Math.ceil(LOGO_MAX_BYTES / 3) * 4;
/** The page, its stylesheet, and a script. */
const BUDGET_REQUESTS = 3;

/**
 * What axe finds wrong, as `rule: where`. Evaluated by the browser, past the page's policy; whatever
 * `page` opens from then on has it from the beginning, compiled once.
 */
export type FindViolations = (page: Page, rules?: PageMode['rules']) => Promise<string[]>;

export async function loadAxe(): Promise<FindViolations> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  return async (page, rules = 'all') => {
    if (rules === 'none') return [];
    const isThere = await page.evaluate(() => Reflect.has(globalThis, 'axe'));
    if (!isThere) {
      await page.addInitScript({ content: axe });
      await page.evaluate(axe);
    }
    const runOnly =
      rules === 'all' ? { type: 'tag', values: TAGS } : { type: 'rule', values: COLOUR_RULES };
    return page.evaluate(async (runOnly) => {
      const { axe } = globalThis as unknown as {
        axe: { run: (on: Document, options: object) => Promise<{ violations: AxeResult[] }> };
      };
      interface AxeResult {
        id: string;
        nodes: { target: string[]; failureSummary: string }[];
      }
      const result = await axe.run(document, { runOnly, resultTypes: ['violations'] });
      return result.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
      );
    }, runOnly);
  };
}

/** A page that was opened for the first time. */
interface Opened {
  readonly page: Page;
  readonly weight: PageWeight;
}

/** What can be wrong with a page, of one kind. */
export type Look = (opened: Opened) => Promise<string[]>;

/**
 * What is wrong with every page in one language. Each is opened once, whatever there is to look at:
 * it takes as long as most looks.
 *
 * @param language - BCP 47, of a catalogue that there is
 * @param looks - by what they are about, in this order
 * @returns for each of them, `page in language: what`
 */
export async function faultsOfPages<About extends string>(
  browser: Browser,
  language: string,
  looks: Readonly<Record<About, Look>>,
): Promise<Record<About, string[]>> {
  const messages = await messagesFor([language]);
  const samples = pageSamples(messages, ordinaryNames);
  const server = await servePages(sampleFrame(messages, ordinaryNames), samples);
  const context = await browser.newContext({
    viewport: { width: NARROW.width, height: HEIGHT },
    colorScheme: NARROW.colorScheme,
  });
  const abouts = Object.keys(looks) as About[];
  const faults = Object.fromEntries(abouts.map((about) => [about, [] as string[]]));
  try {
    const page = await context.newPage();
    for (const name of Object.keys(samples)) {
      const weight = await weigh(page, `${server.origin}/${name}`);
      for (const about of abouts) {
        const found = await looks[about]({ page, weight });
        faults[about]?.push(...found.map((fault) => `${name} in ${language}: ${fault}`));
      }
    }
  } finally {
    await context.close();
    await server.close();
  }
  return faults as Record<About, string[]>;
}

async function show(page: Page, { width, colorScheme }: PageMode): Promise<void> {
  await page.setViewportSize({ width, height: HEIGHT });
  await page.emulateMedia({ colorScheme });
}

/**
 * Looks for rules that axe finds broken, and for pages wider than the screen, with letters twice as
 * large too.
 *
 * @see WCAG 2.2, 1.4.4 (resize text) and 1.4.10 (reflow)
 */
export function inModes(violations: FindViolations, modes: readonly PageMode[]): Look {
  return async ({ page }) => {
    const faults: string[] = [];
    for (const mode of modes) {
      const { width, colorScheme, rules } = mode;
      await show(page, mode);
      const found = [...(await violations(page, rules)), ...(await overflows(page, width))];
      faults.push(...found.map((fault) => `${width} ${colorScheme}: ${fault}`));
    }
    return faults;
  };
}

/** At which sizes of letters a page is wider than its screen, everything on it opened. */
async function overflows(page: Page, width: number): Promise<string[]> {
  const wide = await page.evaluate(() => {
    const closed = [...document.querySelectorAll('details')].filter(({ open }) => !open);
    for (const details of closed) details.open = true;
    const { style } = document.documentElement;
    const measured = ['100%', '200%'].map((size) => {
      style.fontSize = size;
      return [size, document.documentElement.scrollWidth] as const;
    });
    style.fontSize = '';
    for (const details of closed) details.open = false;
    return measured;
  });
  return wide
    .filter(([, pixels]) => pixels > width)
    .map(([size, pixels]) => `with text at ${size} it is ${pixels} wide`);
}

/**
 * Looks for what somebody with a keyboard alone has no use of: something that the Tab key does not
 * reach in the order of the page, or that does not show that it has the focus.
 *
 * @see WCAG 2.2, 2.1.1 (keyboard), 2.4.3 (focus order), 2.4.7 (focus visible)
 */
export async function byKeyboard({ page }: Opened): Promise<string[]> {
  await show(page, NARROW);
  return walkByTab(page);
}

/** @returns what is wrong with the stops of one page, from its top on */
async function walkByTab(page: Page): Promise<string[]> {
  // A browser gives it with the first frame, which may come after the page has loaded.
  if ((await page.locator('[autofocus]').count()) > 0) {
    await page.waitForSelector('[autofocus]:focus');
  }
  const names = await markStops(page);
  // To the top, away from the field that has the focus at first. A click would begin at whatever
  // lies under it.
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  const faults: string[] = [];
  const tops: number[] = [];
  for (const [index, name] of names.entries()) {
    const stop = await tabTo(page, index);
    if (stop === undefined) return [...faults, `${name}: the Tab key does not lead there`];
    if (!stop.shows) faults.push(`${name}: nothing shows the focus`);
    if (tops.length > 0 && stop.top < Math.max(...tops) - stop.height) {
      faults.push(`${name}: stands above what comes before it`);
    }
    tops.push(stop.top);
  }
  return faults;
}

/** Numbers what can be operated and remembers how it looks; returns what each is called. */
function markStops(page: Page): Promise<string[]> {
  return page.evaluate((operated) => {
    const focused = document.activeElement;
    if (focused instanceof HTMLElement) focused.blur();
    const stops = [...document.querySelectorAll<HTMLElement>(operated)].filter((element) => {
      if (!element.checkVisibility() || element.tabIndex < 0) return false;
      // Of several, the chosen one is the stop; the arrow keys lead to the others.
      return !(element instanceof HTMLInputElement && element.type === 'radio' && !element.checked);
    });
    return stops.map((element, index) => {
      element.dataset.stop = String(index);
      const { outline, boxShadow } = getComputedStyle(element);
      element.dataset.look = `${outline} ${boxShadow}`;
      const { tagName, textContent, id } = element;
      return `${tagName.toLowerCase()} ${id || textContent?.trim().slice(0, 40)}`;
    });
  }, OPERATED);
}

interface Stop {
  /** In pixels, from the top of the page. */
  readonly top: number;
  readonly height: number;
  /** Whether it looks different with the focus, by a line of two pixels or more. */
  readonly shows: boolean;
}

/** Presses Tab until the focus moves on; undefined when it is not where it should be then. */
async function tabTo(page: Page, index: number): Promise<Stop | undefined> {
  for (let presses = 0; presses < MAX_STOPS; presses += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return undefined;
      const { outline, outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const { top, height } = element.getBoundingClientRect();
      const { stop, look } = element.dataset;
      const drawn = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      const shows = drawn && `${outline} ${boxShadow}` !== look;
      // Focus may scroll.
      return { stop: Number(stop ?? -1), top: top + scrollY, height, shows };
    });
    if (at?.stop === index) return at;
    if (at?.stop !== index - 1) return undefined;
  }
  return undefined;
}

/** Looks for what is too heavy, with a logo, or comes from elsewhere. */
export async function byWeight({ page, weight: { bytes: bare, urls } }: Opened): Promise<string[]> {
  const faults: string[] = [];
  const { origin } = new URL(page.url());
  const bytes = bare + LOGO_BYTES;
  const foreign = urls.filter((one) => new URL(one).origin !== origin);
  if (bare <= 0 || bytes > BUDGET_BYTES) faults.push(`${bytes} bytes`);
  if (urls.length > BUDGET_REQUESTS || foreign.length > 0) faults.push(urls.join(', '));
  return faults;
}

/** What a page costs on the wire, opened for the first time: the page itself and what it loads. */
interface PageWeight {
  readonly bytes: number;
  readonly urls: readonly string[];
}

/** Opens an address as a browser does that was never there, and weighs what comes. */
async function weigh(page: Page, url: string): Promise<PageWeight> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const urls: string[] = [];
  let bytes = 0;
  session.on('Network.requestWillBeSent', ({ request }) => {
    if (!request.url.startsWith('data:')) urls.push(request.url);
  });
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(url);
  await session.detach();
  return { bytes, urls };
}
