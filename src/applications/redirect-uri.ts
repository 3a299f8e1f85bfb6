const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Says what is wrong with a redirect URI that a client wants to register.
 *
 * Redirect URIs are compared exactly, so what could never match, or could match more than one
 * address, is refused here: relative ones, fragments, wildcards, user information.
 *
 * @param applicationType - `native` clients may use loopback addresses and private-use schemes
 * @returns what is expected, completing "expected …"; undefined when it is acceptable
 * @see RFC 9700, section 2.1; RFC 8252, sections 7.1 and 7.3; RFC 6749, section 3.1.2
 */
export function redirectUriProblem(
  uri: string,
  applicationType: 'web' | 'native',
): string | undefined {
  if (/[\s\p{Cc}]/u.test(uri)) return 'no spaces or control characters';
  const url = URL.parse(uri);
  if (url === null || uri.length > 2048) return 'an absolute URI of at most 2048 characters';
  if (uri.includes('#')) return 'no fragment';
  if (uri.includes('*')) return 'an exact URI (wildcards never match)';
  if (url.username !== '' || url.password !== '') return 'no user name or password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:') {
    return LOOPBACK_HOSTS.includes(url.hostname)
      ? undefined
      : 'https (http only for a loopback address)';
  }
  if (applicationType === 'web') {
    return 'https, or http on a loopback address (application_type: native also has private-use schemes)';
  }
  // RFC 8252, section 7.1: a domain under the app's control, in reverse; it contains a period.
  return url.protocol.includes('.')
    ? undefined
    : 'https, http on a loopback address, or a private-use scheme such as com.example.app:/callback';
}
