import { isIP } from 'node:net';
import { HOST_NAME, isLoopback } from './hosts.ts';
import type { SmtpServer } from './secrets.ts';

/** What SMTP_URL alone says. */
type SmtpAddress = Omit<SmtpServer, 'ca'>;

/** RFC 8314, section 3.3, and RFC 6409: submission with TLS from the start, and with STARTTLS. */
const DEFAULT_PORTS = { implicitTls: 465, startTls: 587 };

/**
 * Reads an SMTP URL.
 *
 * @returns what is wrong with it otherwise; never a part of the URL, which may hold a password
 */
export function readSmtpUrl(value: string): { value: SmtpAddress } | { found: string } {
  const url = URL.parse(value);
  if (url === null) return { found: 'something else (not shown)' };
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') {
    return { found: 'a URL with another scheme (not shown)' };
  }
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) === 0 && !HOST_NAME.test(host)) {
    return { found: 'a URL without a plain host name or address (not shown)' };
  }
  if (!['', '/'].includes(url.pathname) || url.hash !== '') {
    return { found: 'a URL with a path or fragment (not shown)' };
  }
  const security = securityOf(url);
  if ('found' in security) return security;
  const credentials = credentialsOf(url);
  if (credentials === 'malformed') return { found: 'a user or password that is not URL-encoded' };
  if (credentials !== undefined && !security.private) {
    return { found: 'a user and password with starttls=off, which anybody could read' };
  }
  const { implicitTls, startTls } = security;
  const port = DEFAULT_PORTS[implicitTls ? 'implicitTls' : 'startTls'];
  return {
    value: { host, port: Number(url.port || port), implicitTls, startTls, credentials },
  };
}

/** How the connection is kept private, if it is. */
function securityOf(
  url: URL,
): { implicitTls: boolean; startTls: boolean; private: boolean } | { found: string } {
  const { starttls, ...unknown } = Object.fromEntries(url.searchParams);
  if (Object.keys(unknown).length > 0) {
    return { found: 'a URL with a parameter other than starttls (not shown)' };
  }
  const implicitTls = url.protocol === 'smtps:';
  if (starttls !== undefined && (implicitTls || !['required', 'off'].includes(starttls))) {
    return { found: 'starttls that is not required or off, or with smtps:' };
  }
  const loopback = isLoopback(url.hostname.toLowerCase());
  const startTls = !implicitTls && (starttls ?? (loopback ? 'off' : 'required')) === 'required';
  return { implicitTls, startTls, private: implicitTls || startTls || loopback };
}

function credentialsOf(url: URL): SmtpAddress['credentials'] | 'malformed' {
  if (url.username === '' && url.password === '') return undefined;
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    return 'malformed';
  }
}
