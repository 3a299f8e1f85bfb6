import { request } from 'node:https';
import { text } from 'node:stream/consumers';

/** What every answer of the site carries exactly once, whoever gave it. */
const ONCE: Readonly<Record<string, RegExp>> = {
  'strict-transport-security': /^max-age=63072000$/,
  'content-security-policy': /default-src 'none'/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/i,
  'referrer-policy': /^same-origin$/,
  'cross-origin-opener-policy': /^unsafe-none$/,
  'cross-origin-resource-policy': /^(same|cross)-origin$/,
  'x-request-id': /^[0-9a-f]{32}$/,
};

export interface PlainAnswer {
  readonly status: number;
  /** Of each name, in lower case, every line as it came. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** One request over HTTP/1.1 and TLS, whose answer's headers are not put together. */
export async function askPlainly(
  url: string,
  options: {
    authority: string;
    method?: string;
    /** As it is sent, where a URL would be read and written anew. */
    path?: string;
    headers?: Record<string, string>;
    body?: string;
    localAddress?: string;
  },
): Promise<PlainAnswer> {
  const { authority: ca, body, ...rest } = options;
  const { promise, resolve, reject } = Promise.withResolvers<PlainAnswer>();
  const sent = request(url, { ca, agent: false, family: 4, ...rest }, (answer) => {
    const lines = new Map<string, string[]>();
    for (let at = 0; at < answer.rawHeaders.length; at += 2) {
      const name = answer.rawHeaders[at]?.toLowerCase() ?? '';
      lines.set(name, [...(lines.get(name) ?? []), answer.rawHeaders[at + 1] ?? '']);
    }
    const status = answer.statusCode ?? 0;
    text(answer).then((received) => resolve({ status, lines, body: received }), reject);
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}

/** @throws Error when a security header is missing, there twice, or not what it should be */
export function requireHeadersOnce(what: string, { lines }: PlainAnswer): void {
  for (const [name, value] of Object.entries(ONCE)) {
    const found = lines.get(name) ?? [];
    if (found.length !== 1 || !value.test(found[0] ?? '')) {
      throw new Error(`${what}: ${name} is ${JSON.stringify(found)}`);
    }
  }
}
