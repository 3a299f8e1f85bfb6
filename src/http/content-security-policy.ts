/**
 * The Content-Security-Policy of a hosted page: nothing but our own stylesheet and forms, and our
 * own scripts on the few pages that have one.
 *
 * @param formTargets - sources that a form's answer may lead to, besides this origin
 *   (`formTargets`); undefined for a page without a form
 * @param scripted - whether the page loads a script of ours
 * @see CSP Level 3, section 6.4.2 (form-action also governs the redirects after a form)
 */
export function pagePolicy(formTargets: readonly string[] | undefined, scripted = false): string {
  const formAction =
    formTargets === undefined ? "'none'" : [...new Set(["'self'", ...formTargets])].join(' ');
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    `script-src ${scripted ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${formAction}`,
  ].join('; ');
}

/** What the grammar of CSP allows in a host; anything else would not match or would inject. */
const PLAIN_HOST = /^[a-z0-9_.-]+(:\d+)?$/;
const PLAIN_SCHEME = /^[a-z][a-z0-9+.-]*:$/;

/**
 * The CSP source that lets a form's answer redirect to a client's redirect URI.
 *
 * A web address gives its origin. A native app's own scheme gives the scheme; so does a host that
 * CSP cannot name (an IPv6 address), because otherwise the browser stops the way back.
 *
 * @param uri - a redirect URI that the protocol has already accepted
 * @returns undefined when it is no absolute URI
 */
export function formTargetOf(uri: string): string | undefined {
  const url = URL.parse(uri);
  if (url === null || !PLAIN_SCHEME.test(url.protocol)) return undefined;
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  return web && PLAIN_HOST.test(url.host) ? url.origin : url.protocol;
}

/**
 * The CSP sources that lead to some addresses, each once.
 *
 * @param uris - redirect URIs and the like; what is no absolute URI is left out
 */
export function formTargets(...uris: readonly unknown[]): string[] {
  const targets = uris.map((uri) => (typeof uri === 'string' ? formTargetOf(uri) : undefined));
  return [...new Set(targets.filter((target) => target !== undefined))];
}
