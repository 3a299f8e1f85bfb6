import {
  type Answer,
  FORM_TYPE,
  JSON_TYPE,
  LEADS_ON,
  type Operation,
  PAGE,
  type PathItem,
  queryOf,
  REFUSALS,
  ref,
} from './document.ts';
import { authorizationRequest, type ComponentName, endSessionRequest } from './schemas.ts';

const TAG = { tags: ['protocol'] };
const NOBODY: Operation['security'] = [];
/** How a client may say who it is; a public client by its id in the body. */
const CLIENT: Operation['security'] = [{ clientBasic: [] }, {}];
const TOKEN: Operation['security'] = [{ accessToken: [] }];

const json = (name: ComponentName, description: string, type = JSON_TYPE): Answer => ({
  description,
  content: { [type]: { schema: ref(name) } },
});

const form = (name: ComponentName): NonNullable<Operation['requestBody']> => ({
  required: true,
  content: { [FORM_TYPE]: { schema: ref(name) } },
});

/** Kept by clients: compressed, with an `ETag` of each encoding. */
const cached = (name: ComponentName, description: string, type = JSON_TYPE) => ({
  200: {
    ...json(name, description, type),
    headers: {
      'Cache-Control': { schema: { type: 'string' } },
      ETag: { schema: { type: 'string' } },
    },
  },
  304: { description: 'As you have it.' },
  ...REFUSALS,
});

const COMPAT_ONLY =
  'Only where the tenant has the profile `compat` and an https issuer; 404 elsewhere.';

const LONGEST =
  'All parameters but `id_token_hint` take at most 4,096 bytes together, names and values as JSON.';

const METADATA = {
  ...TAG,
  security: NOBODY,
  responses: cached('Metadata', 'What this issuer can do, and where.'),
};

const UID = { name: 'uid', in: 'path', required: true, schema: { type: 'string' } } as const;

/** The library's endpoints, below a tenant's issuer. A test holds them against the library's own. */
export const PROTOCOL_PATHS: Readonly<Record<string, PathItem>> = {
  '/.well-known/openid-configuration': {
    get: {
      ...METADATA,
      operationId: 'openidConfiguration',
      summary: 'Metadata. OpenID Connect Discovery 1.0.',
    },
  },
  '/.well-known/oauth-authorization-server': {
    get: {
      ...METADATA,
      operationId: 'oauthMetadata',
      summary: 'Metadata. RFC 8414.',
      description:
        'Of an issuer with a path, at `/.well-known/oauth-authorization-server/t/{slug}` of its host.',
    },
  },
  '/jwks': {
    get: {
      ...TAG,
      operationId: 'jwks',
      summary: 'The public keys that tokens are verified with. RFC 7517.',
      security: NOBODY,
      responses: cached(
        'Jwks',
        'Keys that sign, are about to, or signed what is still valid.',
        'application/jwk-set+json',
      ),
    },
  },
  '/auth': {
    get: {
      ...TAG,
      operationId: 'authorize',
      summary: 'Begins a sign-in, in a browser. OpenID Connect Core 1.0, section 3.1.2.',
      description: `${LONGEST} A longer request goes back to the client as \`invalid_request\`.`,
      parameters: queryOf(authorizationRequest),
      security: NOBODY,
      responses: {
        // To the first page, or back to the client; with `response_mode=form_post` by a page.
        200: PAGE,
        303: LEADS_ON,
        ...REFUSALS,
      },
    },
    post: {
      ...TAG,
      operationId: 'authorizeByPost',
      summary: 'The same by POST.',
      description: COMPAT_ONLY,
      requestBody: form('AuthorizationRequest'),
      security: NOBODY,
      responses: { 200: PAGE, 303: LEADS_ON, ...REFUSALS },
    },
  },
  '/request': {
    post: {
      ...TAG,
      operationId: 'pushAuthorizationRequest',
      summary: 'Takes an authorization request from a client, past the browser. RFC 9126.',
      description: `${LONGEST} A longer request is a 413.`,
      requestBody: form('PushedRequest'),
      security: CLIENT,
      responses: { 201: json('PushedResponse', 'What to call it by.'), ...REFUSALS },
    },
  },
  '/auth/{uid}': {
    get: {
      ...TAG,
      operationId: 'resume',
      summary: 'Goes on with a sign-in whose pages are done.',
      parameters: [UID],
      security: NOBODY,
      responses: { 200: PAGE, 303: LEADS_ON, ...REFUSALS },
    },
  },
  '/token': {
    post: {
      ...TAG,
      operationId: 'token',
      summary: 'Gives tokens for a code, a refresh token, or a client’s own credentials.',
      description:
        'RFC 6749, section 3.2; RFC 8707 (`resource`). Answered within TOKEN_DEADLINE_MS.',
      requestBody: form('TokenRequest'),
      security: CLIENT,
      responses: { 200: json('TokenResponse', 'Tokens.'), ...REFUSALS },
    },
  },
  '/token/introspection': {
    post: {
      ...TAG,
      operationId: 'introspect',
      summary: 'Tells a client, or the API that it is for, of a token. RFC 7662.',
      requestBody: form('TokenQuestion'),
      security: CLIENT,
      responses: {
        200: json('Introspection', 'What the token is, or that it is not.'),
        ...REFUSALS,
      },
    },
  },
  '/token/revocation': {
    post: {
      ...TAG,
      operationId: 'revoke',
      summary: 'Ends a token of the client that asks. RFC 7009.',
      requestBody: form('TokenQuestion'),
      security: CLIENT,
      responses: { 200: { description: 'It is valid no more, or never was.' }, ...REFUSALS },
    },
  },
  '/me': {
    get: {
      ...TAG,
      operationId: 'userinfo',
      summary:
        'Claims about the person that an access token is of. OpenID Connect Core 1.0, section 5.3.',
      security: TOKEN,
      responses: { 200: json('Userinfo', 'Claims.'), ...REFUSALS },
    },
    post: {
      ...TAG,
      operationId: 'userinfoByPost',
      summary: 'The same by POST.',
      security: TOKEN,
      responses: { 200: json('Userinfo', 'Claims.'), ...REFUSALS },
    },
  },
  '/session/end': {
    get: {
      ...TAG,
      operationId: 'endSession',
      summary: 'Asks whether to sign out. OpenID Connect RP-Initiated Logout 1.0.',
      description: LONGEST,
      parameters: queryOf(endSessionRequest),
      security: NOBODY,
      responses: { 200: PAGE, 303: LEADS_ON, ...REFUSALS },
    },
    post: {
      ...TAG,
      operationId: 'endSessionByPost',
      summary: 'The same by POST.',
      description: COMPAT_ONLY,
      requestBody: form('EndSessionRequest'),
      security: NOBODY,
      responses: { 200: PAGE, 303: LEADS_ON, ...REFUSALS },
    },
  },
  '/session/end/confirm': {
    post: {
      ...TAG,
      operationId: 'confirmEndSession',
      summary: 'Takes the answer to that.',
      requestBody: {
        required: true,
        content: {
          [FORM_TYPE]: {
            schema: {
              type: 'object',
              properties: { xsrf: { type: 'string' }, logout: { type: 'string' } },
              required: ['xsrf'],
            },
          },
        },
      },
      security: NOBODY,
      responses: { 200: PAGE, 303: LEADS_ON, ...REFUSALS },
    },
  },
  '/session/end/success': {
    get: {
      ...TAG,
      operationId: 'sessionEnded',
      summary: 'Says that a session has ended.',
      security: NOBODY,
      responses: { 200: PAGE, ...REFUSALS },
    },
  },
};
