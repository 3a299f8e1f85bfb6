import { application, client, publicClient, refuseEach, tenant } from '../testing/broken-seeds.ts';

const SECRET = 'a-secret-value-that-must-never-be-shown';

const INLINE_CLIENT =
  '{ client_id: web, token_endpoint_auth_method: none, redirect_uris: [https://a.example/cb] }';

refuseEach('a seed file with a broken application or client', [
  {
    name: 'a key in another spelling',
    yaml: application('first_party: true'),
    expected:
      ':8:9 tenants[0].applications[0].first_party: expected a known key, found an unknown one; did you mean firstParty?',
  },
  {
    name: 'an audience with a fragment',
    yaml: application('audience: https://api.acme.example/#top'),
    expected:
      ':8:19 tenants[0].applications[0].audience: expected an absolute URI without a fragment, found "https://api.acme.example/#top"',
  },
  {
    name: 'a relative audience',
    yaml: application('audience: api'),
    expected:
      ':8:19 tenants[0].applications[0].audience: expected an absolute URI without a fragment, found "api"',
  },
  {
    name: 'a flag in words',
    yaml: application('requireAssignment: "yes"'),
    expected:
      ':8:28 tenants[0].applications[0].requireAssignment: expected true or false, found "yes"',
  },
  {
    name: 'a role twice',
    yaml: application('roles: [{ key: editor }, { key: editor }]'),
    expected:
      ':8:34 tenants[0].applications[0].roles[1]: expected role editor once, found it again (first at FILE:8:17)',
  },
  {
    name: 'a permission with a space',
    yaml: application('roles: [{ key: editor, permissions: [notes write] }]'),
    expected:
      ':8:46 tenants[0].applications[0].roles[0].permissions[0]: expected up to 128 ASCII characters without spaces, quotes and backslashes, found "notes write"',
  },
  {
    name: 'a confidential client without a secret',
    yaml: client('redirect_uris: [https://a.example/cb]'),
    expected:
      ':9:13 tenants[0].applications[0].clients[0]: expected client_secret (or token_endpoint_auth_method: none for a public client), found no such key',
  },
  {
    name: 'a public client with a secret',
    yaml: client(
      'token_endpoint_auth_method: none',
      'redirect_uris: [https://a.example/cb]',
      `client_secret: { value: ${SECRET} }`,
    ),
    expected:
      ':12:28 tenants[0].applications[0].clients[0].client_secret: expected no client_secret beside token_endpoint_auth_method: none, found one',
  },
  {
    name: 'a secret in the open',
    yaml: client('redirect_uris: [https://a.example/cb]', `client_secret: ${SECRET}`),
    expected:
      ':11:28 tenants[0].applications[0].clients[0].client_secret: expected a mapping with env, file, value, hash or generate, found text',
  },
  {
    name: 'a secret from two places',
    yaml: client(
      'redirect_uris: [https://a.example/cb]',
      `client_secret: { env: A, value: ${SECRET} }`,
    ),
    expected:
      ':11:28 tenants[0].applications[0].clients[0].client_secret: expected exactly one of env, file, value, hash, generate, found env and value',
  },
  {
    name: 'a secret that is too short',
    yaml: client(
      'redirect_uris: [https://a.example/cb]',
      'client_secret: { value: short-and-secret }',
    ),
    expected:
      ':11:37 tenants[0].applications[0].clients[0].client_secret.value: expected a client secret of 32 to 512 characters, found 16',
  },
  {
    name: 'a secret in an environment variable that is not set',
    yaml: client(
      'redirect_uris: [https://a.example/cb]',
      'client_secret: { env: NO_SUCH_VARIABLE }',
    ),
    expected:
      ':11:35 tenants[0].applications[0].clients[0].client_secret.env: expected the environment variable NO_SUCH_VARIABLE to hold it, found it unset',
  },
  {
    name: 'a secret in a file that is not there',
    yaml: client(
      'redirect_uris: [https://a.example/cb]',
      'client_secret: { file: /nowhere/at/all }',
    ),
    expected:
      ':11:36 tenants[0].applications[0].clients[0].client_secret.file: expected a file that holds it, found no file /nowhere/at/all',
  },
  {
    name: 'a generated secret without a place to go',
    yaml: client('redirect_uris: [https://a.example/cb]', 'client_secret: { generate: true }'),
    expected:
      ':11:28 tenants[0].applications[0].clients[0].client_secret: expected writeTo: the path of the file that takes the secret, found none',
  },
  {
    name: 'a digest that is none',
    yaml: client('redirect_uris: [https://a.example/cb]', `client_secret: { hash: ${SECRET} }`),
    expected:
      ':11:36 tenants[0].applications[0].clients[0].client_secret.hash: expected a digest of 43 base64url characters, found text',
  },
  {
    name: 'a redirect URI with a fragment',
    yaml: publicClient('redirect_uris: ["https://a.example/cb#here"]'),
    expected:
      ':11:29 tenants[0].applications[0].clients[0].redirect_uris[0]: expected no fragment, found "https://a.example/cb#here"',
  },
  {
    name: 'a redirect URI with a wildcard',
    yaml: publicClient('redirect_uris: ["https://*.a.example/cb"]'),
    expected:
      ':11:29 tenants[0].applications[0].clients[0].redirect_uris[0]: expected an exact URI (wildcards never match), found "https://*.a.example/cb"',
  },
  {
    name: 'a redirect URI over plain http',
    yaml: publicClient('redirect_uris: [http://a.example/cb]'),
    expected:
      ':11:29 tenants[0].applications[0].clients[0].redirect_uris[0]: expected https (http only for a loopback address), found "http://a.example/cb"',
  },
  {
    name: 'a private-use scheme of a web client',
    yaml: publicClient('redirect_uris: ["com.example.app:/cb"]'),
    expected:
      ':11:29 tenants[0].applications[0].clients[0].redirect_uris[0]: expected https, or http on a loopback address (application_type: native also has private-use schemes), found "com.example.app:/cb"',
  },
  {
    name: 'a scheme of nobody in particular',
    yaml: publicClient('application_type: native', 'redirect_uris: ["myapp:/cb"]'),
    expected:
      ':12:29 tenants[0].applications[0].clients[0].redirect_uris[0]: expected https, http on a loopback address, or a private-use scheme such as com.example.app:/callback, found "myapp:/cb"',
  },
  {
    name: 'no redirect URI at all',
    yaml: publicClient('grant_types: [authorization_code]'),
    expected:
      ':9:13 tenants[0].applications[0].clients[0]: expected acceptable client metadata, found: redirect_uris is mandatory property',
  },
  {
    name: 'a grant type that nobody knows',
    yaml: publicClient('redirect_uris: [https://a.example/cb]', 'grant_types: [password]'),
    expected:
      ':12:26 tenants[0].applications[0].clients[0].grant_types: expected acceptable client metadata, found: grant_types can only contain…',
  },
  {
    name: 'the implicit flow',
    yaml: publicClient('redirect_uris: [https://a.example/cb]', 'response_types: [id_token]'),
    expected:
      ':12:29 tenants[0].applications[0].clients[0].response_types: expected acceptable client metadata, found: response_types can only contain…',
  },
  {
    name: 'a sign-in that issues nothing, which is the account page’s alone',
    yaml: publicClient('redirect_uris: [https://a.example/cb]', 'response_types: [none]'),
    expected:
      ':12:29 tenants[0].applications[0].clients[0].response_types: expected acceptable client metadata, found: response_types can only contain…',
  },
  {
    name: 'the client of the account page',
    yaml: application('clients:', `  - ${INLINE_CLIENT.replace('web', 'gatehouse-account')}`),
    expected:
      ':9:26 tenants[0].applications[0].clients[0].client_id: expected 1 to 255 printable ASCII characters without spaces, other than gatehouse-account, found "gatehouse-account"',
  },
  {
    name: 'a reuse window that is too long',
    yaml: publicClient('redirect_uris: [https://a.example/cb]', 'refresh_token_reuse_window: 3600'),
    expected:
      ':12:41 tenants[0].applications[0].clients[0].refresh_token_reuse_window: expected whole seconds from 0 to 60, found the number 3600',
  },
  {
    name: 'an allowed origin that is an address',
    yaml: publicClient(
      'redirect_uris: [https://a.example/cb]',
      'allowed_cors_origins: [https://a.example/]',
    ),
    expected:
      ':12:36 tenants[0].applications[0].clients[0].allowed_cors_origins[0]: expected an origin such as https://app.example, without a path (http only for a loopback address), found "https://a.example/"',
  },
  {
    name: 'a client of two applications',
    yaml: `${tenant('applications:')}      - key: a\n        clients: [${INLINE_CLIENT}]\n      - key: b\n        clients: [${INLINE_CLIENT}]\n`,
    expected:
      ':9:19 tenants[0].applications[1].clients[0]: expected client_id web once, found it again (first at FILE:7:19)',
  },
]);
