import type { TenantId } from '../tenants/tenant.ts';
import type { RegisteredClient } from './client.ts';

/** Id of the client that the account page signs people in with; no seed file may define it. */
export const ACCOUNT_CLIENT_ID = 'gatehouse-account';

/** Where the account page is, below the issuer. */
export const ACCOUNT_PATH = '/account';
/** Where a link leads that sets a new password, below the issuer. */
export const RESET_PASSWORD_PATH = '/account/reset-password';
/** Where an invitation's link leads, below the issuer. */
export const INVITATION_PATH = '/account/invitation';
/** Where a sign-in for the account page leads back to, below the issuer. */
export const ACCOUNT_SIGNED_IN_PATH = '/account/signed-in';

/** Where the answer of another provider goes on to that the account page has asked, below the issuer. */
export const ACCOUNT_UPSTREAM_PATH = '/account/methods/connected/answer';
/** What such an answer belongs to, in place of an interaction's uid, which is longer. */
export const ACCOUNT_BINDING = 'account';

/**
 * The built-in client of every tenant: its own account page, so that signing in to it is a sign-in
 * like any other. It is given nothing, neither code nor token: `response_type=none` only makes sure
 * that somebody is signed in, and the page reads the session itself.
 *
 * @param issuer - the tenant's issuer identifier, no trailing slash
 * @see OAuth 2.0 Multiple Response Type Encoding Practices, section 4 (`none`)
 */
export function accountClient(tenantId: TenantId, issuer: string): RegisteredClient {
  return {
    tenantId,
    clientId: ACCOUNT_CLIENT_ID,
    application: {
      tenantId,
      id: ACCOUNT_CLIENT_ID,
      key: ACCOUNT_CLIENT_ID,
      name: ACCOUNT_CLIENT_ID,
      firstParty: true,
      audience: undefined,
      requireAssignment: false,
      permissionsInToken: false,
      permissions: [],
    },
    metadata: {
      client_uri: `${issuer}${ACCOUNT_PATH}`,
      redirect_uris: [`${issuer}${ACCOUNT_SIGNED_IN_PATH}`],
      response_types: ['none'],
      grant_types: [],
      token_endpoint_auth_method: 'none',
      scope: 'openid',
    },
    secretDigests: [],
    rolesByAudience: {},
    disabled: false,
  };
}

/**
 * The address that a mail or an operator gives somebody, whose token says who they are.
 *
 * @param issuer - the tenant's issuer identifier, no trailing slash
 * @param path - RESET_PASSWORD_PATH or INVITATION_PATH
 */
export function linkWithToken(issuer: string, path: string, token: string): string {
  const link = new URL(`${issuer}${path}`);
  link.searchParams.set('token', token);
  return link.href;
}
