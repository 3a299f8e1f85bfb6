/**
 * What tests read from the playground's pages, and how they act on them.
 */
import type { PlainBrowser, PlainPage } from './plain-browser.ts';

/** What the page says. */
export function text(page: PlainPage): string {
  return (page.document.querySelector('main')?.text ?? '').replace(/\s+/g, ' ').trim();
}

export function heading(page: PlainPage): string | undefined {
  return page.document.querySelector('h1')?.text;
}

/** What a panel says, by the id of its heading. */
export function panel(page: PlainPage, id: string): string {
  const section = page.document.querySelector(`section[aria-labelledby=${id}]`);
  return (section?.text ?? '').replace(/\s+/g, ' ').trim();
}

/** The POST of a page's form, to be sent as it is. */
export function posted(page: PlainPage): {
  method: string;
  body: URLSearchParams;
  headers: HeadersInit;
} {
  const csrf = page.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
  const body = new URLSearchParams({ csrf });
  return { method: 'POST', body, headers: { origin: new URL(page.url).origin } };
}

/** Follows a sign-in from its form up to the redirect URI, and stops in front of it. */
export async function callbackOf(browser: PlainBrowser, home: PlainPage): Promise<string> {
  const { origin } = new URL(home.url);
  let answer = await browser.request(`${origin}/sign-in`, posted(home));
  let at = origin;
  for (let hops = 0; hops < 10; hops += 1) {
    at = new URL(answer.headers.get('location') ?? '', at).href;
    if (at.startsWith(`${origin}/callback`)) return at;
    answer = await browser.request(at);
  }
  throw new Error(`never came back from ${at}`);
}
