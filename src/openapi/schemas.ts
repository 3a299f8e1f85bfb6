import { z } from 'zod';
import type { HealthAnswer } from '../http/health.ts';

/**
 * What machines send and get, as schemas: the document is made of them, and tests hold real answers
 * against them. What RFCs define is said as far as this server answers with it; more may come along.
 */

const seconds = z.int().nonnegative();
const epoch = z.int().describe('Seconds since 1970-01-01T00:00:00Z.');
const spaced = (what: string) => z.string().describe(`${what}, separated by spaces.`);

/** RFC 6749, section 5.2; of every endpoint that machines ask, and of every refusal as JSON. */
const problem = z
  .looseObject({
    error: z.string().regex(/^[a-z][a-z_]{2,63}$/),
    error_description: z.string().optional(),
    request_id: z.string().optional().describe('Where the fault is ours: what to quote.'),
    scope: z.string().optional(),
  })
  .describe('Why it was refused. RFC 6749, section 5.2.');

/** RFC 7517, section 5. */
const jwks = z.object({
  keys: z.array(
    z.looseObject({
      kty: z.enum(['RSA', 'EC', 'OKP']),
      kid: z.string(),
      use: z.literal('sig'),
      alg: z.string(),
    }),
  ),
});

/** OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2. */
const metadata = z.looseObject({
  issuer: z.url(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url(),
  revocation_endpoint: z.url(),
  introspection_endpoint: z.url(),
  end_session_endpoint: z.url(),
  scopes_supported: z.array(z.string()),
  response_types_supported: z.array(z.string()),
  response_modes_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()),
  subject_types_supported: z.array(z.string()),
  claims_supported: z.array(z.string()),
  acr_values_supported: z.array(z.string()),
  code_challenge_methods_supported: z.array(z.string()),
  id_token_signing_alg_values_supported: z.array(z.string()),
  token_endpoint_auth_methods_supported: z.array(z.string()),
});

/** OpenID Connect Core 1.0, section 3.1.2.1, and what other specifications add. */
export const authorizationRequest = z.object({
  client_id: z.string(),
  response_type: z.literal('code').optional().describe('Needed, here or in what was pushed.'),
  request_uri: z.string().optional().describe('What was pushed before. RFC 9126, section 4.'),
  redirect_uri: z
    .url()
    .optional()
    .describe('One that the client registered, character by character.'),
  scope: spaced('Scopes').optional(),
  state: z.string().optional(),
  nonce: z.string().optional(),
  code_challenge: z.string().optional().describe('RFC 7636; needed but in the profile `compat`.'),
  code_challenge_method: z.literal('S256').optional(),
  response_mode: z.enum(['query', 'fragment', 'form_post']).optional(),
  prompt: spaced('`none`, or any of `login`, `consent`, `select_account`').optional(),
  max_age: seconds.optional(),
  ui_locales: spaced('Languages').optional(),
  acr_values: spaced('Levels of authentication, the best liked first').optional(),
  login_hint: z.string().optional(),
  id_token_hint: z.string().optional(),
  claims: z.string().optional().describe('JSON. OpenID Connect Core 1.0, section 5.5.'),
  claims_locales: z.string().optional(),
  resource: z.url().optional().describe('The audience of an application. RFC 8707.'),
});

/** How a client says who it is in a body; the others do in the header. */
const clientAuthentication = {
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  client_assertion: z.string().optional(),
  client_assertion_type: z
    .literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    .optional(),
};

/** RFC 9126, section 2.1. */
const pushedRequest = authorizationRequest
  .omit({ request_uri: true })
  .extend({ ...clientAuthentication, client_id: z.string() });

/** RFC 9126, section 2.2. */
const pushedResponse = z.object({
  request_uri: z.string().regex(/^urn:ietf:params:oauth:request_uri:/),
  expires_in: seconds,
});

/** RFC 6749, sections 4.1.3, 4.4.2 and 6. */
const tokenRequest = z.discriminatedUnion('grant_type', [
  z.object({
    grant_type: z.literal('authorization_code'),
    code: z.string(),
    redirect_uri: z.url().optional(),
    code_verifier: z.string().optional(),
    resource: z.url().optional(),
    ...clientAuthentication,
  }),
  z.object({
    grant_type: z.literal('refresh_token'),
    refresh_token: z.string(),
    scope: spaced('Scopes, no more than were granted').optional(),
    resource: z.url().optional(),
    ...clientAuthentication,
  }),
  z.object({
    grant_type: z.literal('client_credentials'),
    scope: spaced('Scopes').optional(),
    resource: z.url().optional(),
    ...clientAuthentication,
  }),
]);

/** RFC 6749, section 5.1. */
const tokenResponse = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: seconds,
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
  scope: z.string().optional(),
});

/** RFC 7009, section 2.1; RFC 7662, section 2.1. */
const tokenQuestion = z.object({
  token: z.string(),
  token_type_hint: z.string().optional(),
  ...clientAuthentication,
});

/** RFC 7662, section 2.2. */
const introspection = z.looseObject({
  active: z.boolean(),
  client_id: z.string().optional(),
  sub: z.string().optional(),
  scope: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  iss: z.url().optional(),
  jti: z.string().optional(),
  exp: epoch.optional(),
  iat: epoch.optional(),
  token_type: z.string().optional(),
});

/** OpenID Connect Core 1.0, section 5.3.2. */
const userinfo = z
  .looseObject({
    sub: z.string(),
    name: z.string().optional(),
    email: z.string().optional(),
    email_verified: z.boolean().optional(),
    roles: z.array(z.string()).optional().describe('In the application of the client that asks.'),
  })
  .describe('What the granted scopes and claims allow.');

/** OpenID Connect RP-Initiated Logout 1.0, section 2. */
export const endSessionRequest = z.object({
  id_token_hint: z.string().optional(),
  client_id: z.string().optional(),
  post_logout_redirect_uri: z.url().optional(),
  state: z.string().optional(),
  ui_locales: spaced('Languages').optional(),
  logout_hint: z.string().optional(),
});

const check = z.enum(['ok', 'unavailable']);

/** Readiness and life, for probes. */
const health = z.object({
  status: z.enum(['ok', 'error']),
  stopping: z.literal(true).exactOptional(),
  checks: z.record(z.string(), check).exactOptional(),
}) satisfies z.ZodType<HealthAnswer['body']>;

/** By the name that the document has them under. */
export const COMPONENTS = {
  Problem: problem,
  Jwks: jwks,
  Metadata: metadata,
  AuthorizationRequest: authorizationRequest,
  PushedRequest: pushedRequest,
  PushedResponse: pushedResponse,
  TokenRequest: tokenRequest,
  TokenResponse: tokenResponse,
  TokenQuestion: tokenQuestion,
  Introspection: introspection,
  Userinfo: userinfo,
  EndSessionRequest: endSessionRequest,
  Health: health,
} as const;

export type ComponentName = keyof typeof COMPONENTS;
