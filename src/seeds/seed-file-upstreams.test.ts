import { refuseEach, tenant, upstream } from '../testing/broken-seeds.ts';

const SECRET = 'client_secret: { value: hunter2-never-be-shown }';
const CLIENT = ['client_id: us', SECRET];
const ISSUER = 'issuer: https://up.example';
const INLINE =
  '{ key: up, issuer: "https://up.example", client_id: us, client_secret: { value: x } }';
const ISSUER_EXPECTED =
  'expected an issuer: an https URL without a query (http only for a loopback address)';
const DIRECTORY = 'directory: 8eaef023-2b34-4da1-9baa-8bc8c9d6a490';

refuseEach('a seed file with a broken upstream provider', [
  {
    name: 'no list',
    yaml: tenant('upstreams: { key: up }'),
    expected: ':5:16 tenants[0].upstreams: expected a list of upstream providers, found a mapping',
  },
  {
    name: 'nothing but a key',
    yaml: upstream(),
    expected: [
      ':6:9 tenants[0].upstreams[0]: expected client_secret (env, file, value or hash), found no such key',
      `:6:9 tenants[0].upstreams[0]: expected issuer (${ISSUER_EXPECTED.slice(9)}), found no such key`,
      ':6:9 tenants[0].upstreams[0]: expected client_id (1 to 512 printable ASCII characters), found no such key',
    ],
  },
  {
    name: 'no key',
    yaml: tenant('upstreams:', '  - preset: google', ...CLIENT.map((line) => `    ${line}`)),
    expected:
      ':6:9 tenants[0].upstreams[0]: expected key (1 to 63 of a-z, 0-9 and -, not beginning or ending with -), found no such key',
  },
  {
    name: 'a key in another spelling',
    yaml: upstream(ISSUER, ...CLIENT, 'trust_email: true'),
    expected:
      ':10:9 tenants[0].upstreams[0].trust_email: expected a known key, found an unknown one; did you mean trustEmail?',
  },
  {
    name: 'a preset that there is not',
    yaml: upstream('preset: apple', ...CLIENT),
    expected:
      ':7:17 tenants[0].upstreams[0].preset: expected gitlab or google or microsoft, found "apple"',
  },
  {
    name: 'a preset and an issuer',
    yaml: upstream('preset: google', ISSUER, ...CLIENT),
    expected:
      ':8:17 tenants[0].upstreams[0].issuer: expected no issuer beside a preset, which has its own, found one',
  },
  {
    name: 'a preset of many directories without one',
    yaml: upstream('preset: microsoft', ...CLIENT),
    expected:
      ':6:9 tenants[0].upstreams[0]: expected directory (the id of a directory, such as 8eaef023-2b34-4da1-9baa-8bc8c9d6a490), found no such key',
  },
  {
    name: 'a directory that is everybody',
    yaml: upstream('preset: microsoft', 'directory: common', ...CLIENT),
    expected:
      ':8:20 tenants[0].upstreams[0].directory: expected the id of a directory, such as 8eaef023-2b34-4da1-9baa-8bc8c9d6a490, found "common"',
  },
  {
    name: 'a directory where there is none',
    yaml: upstream('preset: google', DIRECTORY, ...CLIENT),
    expected:
      ':8:20 tenants[0].upstreams[0].directory: expected directory only beside preset: microsoft, found it without',
  },
  {
    name: 'an issuer without encryption',
    yaml: upstream('issuer: http://up.example', ...CLIENT),
    expected: `:7:17 tenants[0].upstreams[0].issuer: ${ISSUER_EXPECTED}, found "http://up.example"`,
  },
  {
    name: 'an issuer with a query',
    yaml: upstream('issuer: https://up.example/?a=b', ...CLIENT),
    expected: `:7:17 tenants[0].upstreams[0].issuer: ${ISSUER_EXPECTED}, found "https://up.example/?a=b"`,
  },
  {
    name: 'an issuer with somebody in it',
    yaml: upstream('issuer: https://a:b@up.example', ...CLIENT),
    expected: `:7:17 tenants[0].upstreams[0].issuer: ${ISSUER_EXPECTED}, found "https://a:b@up.example"`,
  },
  {
    name: 'a secret that is written as it is',
    yaml: upstream(ISSUER, 'client_id: us', 'client_secret: hunter2'),
    expected:
      ':9:24 tenants[0].upstreams[0].client_secret: expected a mapping with env, file, value or hash, found text',
  },
  {
    name: 'a secret of which only a digest is there: it has to be sent',
    yaml: upstream(ISSUER, 'client_id: us', `client_secret: { hash: ${'x'.repeat(43)} }`),
    expected:
      ':9:32 tenants[0].upstreams[0].client_secret.hash: expected env, file or value, found the hash of another secret than the one that is stored here',
  },
  {
    name: 'a secret that is not set',
    yaml: upstream(ISSUER, 'client_id: us', 'client_secret: { env: UP_SECRET }'),
    expected:
      ':9:31 tenants[0].upstreams[0].client_secret.env: expected the environment variable UP_SECRET to hold it, found it unset',
  },
  {
    name: 'a secret that no header carries',
    yaml: upstream(ISSUER, 'client_id: us', 'client_secret: { value: "hunter2\\u00e9" }'),
    expected:
      ':9:33 tenants[0].upstreams[0].client_secret.value: expected a secret of 1 to 2048 printable ASCII characters, found another',
  },
  {
    name: 'scopes that ask for no sign-in',
    yaml: upstream(ISSUER, ...CLIENT, 'scopes: [email]'),
    expected: ':10:17 tenants[0].upstreams[0].scopes: expected openid among them, found it missing',
  },
  {
    name: 'a prompt that lets nobody in',
    yaml: upstream(ISSUER, ...CLIENT, 'prompt: none'),
    expected:
      ':10:17 tenants[0].upstreams[0].prompt: expected login or consent or select_account, found "none"',
  },
  {
    name: 'a registration in other words',
    yaml: upstream(ISSUER, ...CLIENT, 'registration: open'),
    expected: ':10:23 tenants[0].upstreams[0].registration: expected allow or deny, found "open"',
  },
  {
    name: 'domains that are none',
    yaml: upstream(ISSUER, ...CLIENT, 'emailDomains: ["@acme.example", ACME.example]'),
    expected: [
      ':10:24 tenants[0].upstreams[0].emailDomains[0]: expected a domain such as acme.example, in lower case, found "@acme.example"',
      ':10:41 tenants[0].upstreams[0].emailDomains[1]: expected a domain such as acme.example, in lower case, found "ACME.example"',
    ],
  },
  {
    name: 'a provider twice',
    yaml: tenant(`upstreams: [${INLINE}, ${INLINE}]`),
    expected:
      ':5:104 tenants[0].upstreams[1]: expected upstream up once, found it again (first at FILE:5:17)',
  },
]);
