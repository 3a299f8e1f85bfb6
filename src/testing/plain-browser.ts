import type { HTMLElement } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';
import { parseHtml } from './parse-html.ts';

/**
 * A browser without JavaScript: cookies by their real rules (domain, path, expiry), redirects and
 * pages that only lead on, one by one, forms as they stand in the page. It keeps what a person would see.
 */
export interface PlainPage {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly document: HTMLElement;
}

export interface PlainBrowser {
  readonly jar: CookieJar;
  /** Opens an address and follows redirects until a page or until `stopAt` matches an address. */
  open(url: string): Promise<PlainPage>;
  /**
   * Fills and sends the first form of a page, or the one whose action holds `action`.
   * Hidden fields go along; `fields` replace what is in the form; `button` is pressed.
   */
  submit(
    page: PlainPage,
    fields: Record<string, string>,
    choice?: { action?: string; button?: string },
  ): Promise<PlainPage>;
  /** One request as it is, with this browser's cookies; redirects are not followed. */
  request(url: string, init?: RequestInit): Promise<Response>;
}

const MAX_REDIRECTS = 15;

/**
 * @param options.stopAt - addresses that are not ours to open, such as a client's redirect URI:
 *   the browser stops there with an empty page whose `url` is the address
 * @param options.fetch - how requests leave; default: as addressed
 */
export function createPlainBrowser(
  options: { stopAt?: (url: string) => boolean; fetch?: typeof fetch } = {},
): PlainBrowser {
  const jar = new CookieJar();
  const stopAt = options.stopAt ?? (() => false);
  const send = options.fetch ?? fetch;

  const request = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    const cookies = await jar.getCookieString(url);
    if (cookies !== '') headers.set('cookie', cookies);
    headers.set('accept', headers.get('accept') ?? 'text/html,application/xhtml+xml');
    const response = await send(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      await jar.setCookie(cookie, url, { ignoreError: true });
    }
    return response;
  };

  const follow = async (url: string, init?: RequestInit): Promise<PlainPage> => {
    let at = url;
    let next = init;
    for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
      if (stopAt(at)) return pageOf(at, new Response(null, { status: 204 }), '');
      const response = await request(at, next);
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status > 399) {
        const page = pageOf(at, response, await response.text());
        const onward = autoSubmitted(page) ?? refreshed(page);
        if (onward === undefined) return page;
        at = onward.url;
        next = onward.init;
        continue;
      }
      await response.body?.cancel();
      // 307 and 308 keep the method and the body.
      if (response.status !== 307 && response.status !== 308) next = undefined;
      at = new URL(location, at).href;
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects from ${url}`);
  };

  return {
    jar,
    request,
    open: (url) => follow(url),
    submit(page, fields, choice = {}) {
      const form = page.document
        .querySelectorAll('form')
        .find((one) => (one.getAttribute('action') ?? '').includes(choice.action ?? ''));
      if (form === undefined)
        throw new Error(`no such form on ${page.url}: ${page.text.slice(0, 500)}`);
      const { url, init } = submission(page.url, form, fields, choice.button);
      return follow(url, init);
    },
  };
}

function pageOf(url: string, response: Response, text: string): PlainPage {
  return {
    url,
    status: response.status,
    headers: response.headers,
    text,
    document: parseHtml(text),
  };
}

/** What the browser sends for a form. */
export function submission(
  base: string,
  form: HTMLElement,
  fields: Record<string, string>,
  button?: string,
) {
  const body = new URLSearchParams(fieldsOf(form));
  const pressed = form
    .querySelectorAll('button')
    .find((one) => button === undefined || one.getAttribute('value') === button);
  const pressedName = pressed?.getAttribute('name');
  if (pressedName !== undefined) body.set(pressedName, pressed?.getAttribute('value') ?? '');
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const url = new URL(form.getAttribute('action') ?? '', base).href;
  return {
    url,
    init: {
      method: 'POST',
      body,
      headers: { origin: new URL(base).origin, referer: base },
    } satisfies RequestInit,
  };
}

/** The fields of a form as they stand in the page. */
function fieldsOf(form: HTMLElement): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const input of form.querySelectorAll('input')) {
    const name = input.getAttribute('name');
    const type = (input.getAttribute('type') ?? 'text').toLowerCase();
    if (name === undefined || type === 'submit') continue;
    const ticked = type === 'checkbox' || type === 'radio';
    if (ticked && !input.hasAttribute('checked')) continue;
    fields[name] = input.getAttribute('value') ?? '';
  }
  for (const area of form.querySelectorAll('textarea')) {
    // A browser drops the first line break and sends others as CR LF.
    const text = area.text.replace(/^\n/, '').replaceAll('\n', '\r\n');
    fields[area.getAttribute('name') ?? ''] = text;
  }
  for (const select of form.querySelectorAll('select')) {
    const options = select.querySelectorAll('option');
    const chosen = options.find((option) => option.hasAttribute('selected')) ?? options[0];
    const text = chosen?.text.trim() ?? '';
    fields[select.getAttribute('name') ?? ''] = chosen?.getAttribute('value') ?? text;
  }
  return fields;
}

/** A page that only leads on, at once. HTML, section 4.2.5.3 (`http-equiv="refresh"`) */
function refreshed(page: PlainPage): { url: string; init?: RequestInit } | undefined {
  const meta = page.document.querySelector('meta[http-equiv=refresh]');
  const [, url] = /^0; url=(.*)$/.exec(meta?.getAttribute('content') ?? '') ?? [];
  return url === undefined ? undefined : { url: new URL(url, page.url).href };
}

/**
 * The library's own auto-submitting pages carry a script that sends their only form; a person
 * without scripts presses its button, and so do we.
 */
function autoSubmitted(page: PlainPage) {
  const form = page.document.querySelector('form');
  if (form === null || !page.text.includes('.submit()')) return undefined;
  return submission(page.url, form, {});
}
