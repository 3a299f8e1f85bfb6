/**
 * Paths inside a tenant by the kind of caller that they serve, for limits. Canonical: lower case,
 * without a trailing slash. Whatever is not named is a page.
 */
export const ENDPOINT_PATHS = {
  token: ['/token', '/token/introspection', '/token/revocation', '/request'],
  authenticated: ['/me'],
  exempt: [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/jwks',
    '/openapi.json',
  ],
} as const;
