/**
 * What tests of hosted pages do as a person would, without scripts: open, fill in, read.
 */
import assert from 'node:assert/strict';
import { CALLBACK, type HostedPagesApp, PASSWORD, startHostedPages } from './hosted-pages-app.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from './plain-browser.ts';

/** Starts houses for the tests of one file; `closeAll` belongs into `after`. */
export function hostedPagesHouses() {
  const apps: HostedPagesApp[] = [];
  return {
    async start(options?: Parameters<typeof startHostedPages>[0]): Promise<HostedPagesApp> {
      const app = await startHostedPages(options);
      apps.push(app);
      return app;
    },
    async closeAll(): Promise<void> {
      for (const app of apps) await app.close();
    },
  };
}

/** A browser that stops at whatever is not ours. */
export function newBrowser(): PlainBrowser {
  return createPlainBrowser({ stopAt: (url) => !url.startsWith('http://127.0.0.1') });
}

/** Sends the page's sign-in form with the right password. */
export async function signIn(
  browser: PlainBrowser,
  page: PlainPage,
  identifier = 'alice',
  fields: Record<string, string> = {},
): Promise<PlainPage> {
  return browser.submit(page, { identifier, password: PASSWORD, ...fields });
}

export function titleOf(page: PlainPage): string | undefined {
  return page.document.querySelector('title')?.text;
}

/** What the page's main part says, in one line. */
export function textOf(page: PlainPage): string {
  return (page.document.querySelector('main')?.text ?? '').replace(/\s+/g, ' ').trim();
}

/** The anti-CSRF token of a page's forms. */
export function tokenOf(page: PlainPage): string {
  return page.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
}

/** What the client hears, once the browser is back there. */
export function answerOf(page: PlainPage): Record<string, string> {
  assert.ok(page.url.startsWith(CALLBACK), `still at ${page.url}: ${textOf(page)}`);
  return Object.fromEntries(new URL(page.url).searchParams);
}
