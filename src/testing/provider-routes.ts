/** The library's names of its routes; those of features that are off have no path. */
const ROUTE_NAMES = [
  'authorization',
  'userinfo',
  'token',
  'jwks',
  'discovery',
  'revocation',
  'introspection',
  'end_session',
  'end_session_confirm',
  'end_session_success',
  'registration',
  'pushed_authorization_request',
  'device_authorization',
  'code_verification',
  'backchannel_authentication',
  'challenge',
];

/** Paths of every route that a Provider has, below its issuer. */
export function providerRoutes(provider: { pathFor(name: string): string }): string[] {
  return ROUTE_NAMES.flatMap((name) => {
    try {
      return [provider.pathFor(name)];
    } catch {
      return [];
    }
  });
}
