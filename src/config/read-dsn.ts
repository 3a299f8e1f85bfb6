/** Where an error tracker takes envelopes. */
interface ErrorTracker {
  readonly url: string;
  readonly publicKey: string;
}

/**
 * Reads a DSN of the Sentry protocol: `https://key@host/project`, behind a path where the tracker
 * has one.
 *
 * @returns what is wrong with it otherwise; never a part of it, for it lets in
 * @see https://develop.sentry.dev/sdk/foundations/envelopes/
 */
export function readDsn(value: string): { value: ErrorTracker } | { found: string } {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { found: 'something else (not shown)' };
  }
  if (!/^[A-Za-z0-9]{1,64}$/.test(url.username)) {
    return { found: 'a URL without a plain key (not shown)' };
  }
  // Trackers gave secret keys out once; sending one would give it away.
  if (url.password !== '') return { found: 'a URL with a secret key (not shown)' };
  if (/[?#]/.test(value)) return { found: 'a URL with a query or fragment (not shown)' };
  const [, path = '', project] = /^((?:\/[A-Za-z0-9._~-]+)*)\/(\d{1,20})$/.exec(url.pathname) ?? [];
  if (project === undefined) return { found: 'a URL that ends with no project (not shown)' };
  const address = `${url.protocol}//${url.host}${path}/api/${project}/envelope/`;
  return { value: { url: address, publicKey: url.username } };
}
