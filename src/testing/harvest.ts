import { parse } from 'node-html-parser';

/**
 * Collects every value of a flow that somebody could present: what requests and answers carry in
 * cookies, forms, redirects and JSON.
 */
export interface Harvest {
  /** Takes part in a flow in place of `fetch`. */
  readonly fetch: typeof fetch;
  /** Values by a name that says what they are. */
  readonly values: ReadonlyMap<string, string>;
  add(name: string, value: unknown): void;
}

/** Shorter ones are words, not secrets; finding them somewhere says nothing. */
const SHORTEST = 10;

/** What a request says openly, and what may be stored as it is said. */
const PUBLIC_NAMES = new Set([
  'acr_values',
  'claims',
  'client_assertion_type',
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'factor',
  'grant_type',
  'identifier',
  'iss',
  'nonce',
  'post_logout_redirect_uri',
  'prompt',
  'redirect_uri',
  'resource',
  'response_type',
  'scope',
  'token_type_hint',
  'username',
]);

/** Members of JSON answers that are worth something. */
const SECRET_MEMBERS = ['access_token', 'refresh_token', 'id_token', 'request_uri'];

export function createHarvest(): Harvest {
  const values = new Map<string, string>();

  const add = (name: string, value: unknown) => {
    if (typeof value !== 'string' || value.length < SHORTEST || PUBLIC_NAMES.has(name)) return;
    if (![...values.values()].includes(value)) values.set(`${name} ${values.size}`, value);
  };
  const addParameters = (parameters: URLSearchParams) => {
    for (const [name, value] of parameters) add(name, value);
  };
  const addAddress = (address: URL) => {
    addParameters(address.searchParams);
    // An interaction's uid is a segment of its address.
    for (const segment of address.pathname.split('/')) {
      if (/^[\w-]{20,}$/.test(segment) && !segment.startsWith('oauth-')) add('path', segment);
    }
  };
  const addRequest = (address: URL, init: RequestInit) => {
    addAddress(address);
    const { body } = init;
    if (typeof body === 'string' || body instanceof URLSearchParams) {
      addParameters(new URLSearchParams(body));
    }
    const [scheme, credentials] = new Headers(init.headers).get('authorization')?.split(' ') ?? [];
    if (scheme === 'Basic' && credentials !== undefined) {
      const [, secret] = Buffer.from(credentials, 'base64').toString().split(':');
      add('client_secret', decodeURIComponent(secret ?? ''));
    } else {
      add('authorization', credentials);
    }
  };
  const addPage = (html: string) => {
    const page = parse(html);
    for (const input of page.querySelectorAll('input[type=hidden]')) {
      add(input.getAttribute('name') ?? '', input.getAttribute('value'));
    }
    for (const form of page.querySelectorAll('form[data-options]')) {
      add('passkey challenge', JSON.parse(form.getAttribute('data-options') ?? '').challenge);
    }
  };
  const addAnswer = async (address: URL, answer: Response) => {
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      add(`cookie ${pair.split('=')[0]}`, pair.slice(pair.indexOf('=') + 1));
    }
    const location = answer.headers.get('location');
    if (location !== null) addAddress(new URL(location, address));
    const type = answer.headers.get('content-type') ?? '';
    if (type.includes('json')) {
      const document: Record<string, unknown> = await answer.clone().json();
      for (const name of SECRET_MEMBERS) add(name, document[name]);
    } else if (type.includes('html')) {
      addPage(await answer.clone().text());
    }
  };

  return {
    values,
    add,
    async fetch(input, init = {}) {
      const address = new URL(input instanceof Request ? input.url : String(input));
      addRequest(address, init);
      const answer = await fetch(input, init);
      await addAnswer(address, answer);
      return answer;
    },
  };
}
