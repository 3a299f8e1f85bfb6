import { refuseEach, tenant } from '../testing/broken-seeds.ts';

refuseEach('a seed file whose form is broken', [
  {
    name: 'an empty file',
    yaml: '',
    expected: ':1:1 expected a mapping with version and tenants, found nothing',
  },
  {
    name: 'text that is not YAML',
    yaml: 'version: 1\ntenants: [a',
    expected:
      ':2:12 expected YAML, found a mistake: Flow sequence in block collection must be sufficiently indented and end with a ]',
  },
  {
    name: 'two documents in one file',
    yaml: 'version: 1\ntenants: []\n---\nversion: 1\n',
    expected: ':3:1 expected one YAML document, found another one here',
  },
  {
    name: 'a key twice',
    yaml: 'version: 1\ntenants: []\ntenants: []\n',
    expected: ':3:1 expected YAML, found a mistake: Map keys must be unique',
  },
  {
    name: 'a list where the mapping should be',
    yaml: '- version: 1\n',
    expected: ':1:1 expected a mapping with version and tenants, found a list',
  },
  {
    name: 'another version of the format',
    yaml: 'version: 2\ntenants: []\n',
    expected: ':1:10 version: expected 1, found the number 2',
  },
  {
    name: 'no tenants',
    yaml: 'version: 1\n',
    expected: ':1:1 expected tenants (a list), found no such key',
  },
  {
    name: 'a mistyped key',
    yaml: tenant('aplications: []'),
    expected:
      ':5:5 tenants[0].aplications: expected a known key, found an unknown one; did you mean applications?',
  },
  {
    name: 'a slug in capitals',
    yaml: 'version: 1\ntenants:\n  - slug: Acme\n    name: Acme\n',
    expected:
      ':3:11 tenants[0].slug: expected 1 to 63 of a-z, 0-9 and -, not beginning or ending with -, found "Acme"',
  },
  {
    name: 'a way to register that there is not',
    yaml: tenant('settings: { registration: anybody }'),
    expected:
      ':5:31 tenants[0].settings.registration: expected open or invite or closed, found "anybody"',
  },
  {
    name: 'a policy of second factors that there is not',
    yaml: tenant('settings: { mfa: always }'),
    expected: ':5:22 tenants[0].settings.mfa: expected off or optional or required, found "always"',
  },
  {
    name: 'a code by e-mail that is neither on nor off',
    yaml: tenant('settings: { emailCode: sometimes }'),
    expected: ':5:28 tenants[0].settings.emailCode: expected true or false, found "sometimes"',
  },
  {
    name: 'a logo that is not there',
    yaml: tenant('settings: { branding: { logo: { file: nowhere.png } } }'),
    expected:
      ':5:43 tenants[0].settings.branding.logo.file: expected a PNG or WebP of at most 5 KiB and 1200 by 400 pixels, found no file nowhere.png',
  },
  {
    name: 'a logo that is a text',
    yaml: tenant('settings: { branding: { logo: { file: package.json } } }'),
    expected:
      ':5:43 tenants[0].settings.branding.logo.file: expected a PNG or WebP of at most 5 KiB and 1200 by 400 pixels, found another kind of file',
  },
  {
    name: 'a welcome in a language that no page has',
    yaml: tenant('settings: { branding: { welcomeText: { tlh: nuqneH } } }'),
    expected:
      ':5:44 tenants[0].settings.branding.welcomeText.tlh: expected one of default, en, de, fr, es, pt, ja, zh-Hans, ar, found an unknown key',
  },
  {
    name: 'a welcome of two lines',
    yaml: tenant('settings: { branding: { welcomeText: "a\\nb" } }'),
    expected:
      ':5:42 tenants[0].settings.branding.welcomeText: expected 1 to 300 characters on one line, found "a\\nb"',
  },
  {
    name: 'a profile that is not built yet',
    yaml: tenant('settings: { profile: fapi2 }'),
    expected:
      ':5:26 tenants[0].settings.profile: expected baseline or compat, found "fapi2", which is not built yet',
  },
  {
    name: 'a lifetime beyond its limit',
    yaml: tenant('settings: { lifetimes: { authorizationCodeSeconds: 3600 } }'),
    expected:
      ':5:56 tenants[0].settings.lifetimes.authorizationCodeSeconds: expected whole seconds from 1 to 600, found the number 3600',
  },
  {
    name: 'an idle time longer than the absolute one',
    yaml: tenant('settings: { lifetimes: { sessionAbsoluteSeconds: 60 } }'),
    expected:
      ':5:54 tenants[0].settings.lifetimes.sessionAbsoluteSeconds: expected sessionIdleSeconds to be at most sessionAbsoluteSeconds, found 1209600 and 60',
  },
  {
    name: 'signing algorithms without the two that are always there',
    yaml: tenant('settings: { signingAlgorithms: [RS256, EdDSA] }'),
    expected:
      ':5:36 tenants[0].settings.signingAlgorithms: expected RS256 and ES256 among them, found no ES256',
  },
  {
    name: 'an access token algorithm without a key',
    yaml: tenant('settings: { accessTokenAlgorithm: EdDSA }'),
    expected:
      ':5:39 tenants[0].settings.accessTokenAlgorithm: expected RS256 or ES256, found "EdDSA"',
  },
  {
    name: 'a colour that YAML takes for a comment',
    yaml: tenant('settings:\n      branding:\n        accentColor: #b3261e'),
    expected:
      ':7:22 tenants[0].settings.branding.accentColor: expected a colour as "#rrggbb" in quotes, found nothing',
  },
  {
    name: 'markup in branding',
    yaml: tenant('settings: { branding: { supportUrl: "javascript:alert(1)" } }'),
    expected:
      ':5:41 tenants[0].settings.branding.supportUrl: expected an https URL (http only for a loopback address), found "javascript:alert(1)"',
  },
  {
    name: 'an issuer with a path',
    yaml: tenant('issuer: https://login.acme.example/tenant'),
    expected:
      ':5:13 tenants[0].issuer: expected an https origin such as https://login.acme.example, without a path or a slash at the end, found "https://login.acme.example/tenant"',
  },
  {
    name: 'an issuer without https',
    yaml: tenant('issuer: http://login.acme.example'),
    expected:
      ':5:13 tenants[0].issuer: expected an https origin such as https://login.acme.example, without a path or a slash at the end, found "http://login.acme.example"',
  },
  {
    name: 'an issuer of the default tenant',
    yaml: 'version: 1\ntenants:\n  - slug: default\n    name: Main\n    issuer: https://a.example\n',
    expected:
      ':5:13 tenants[0].issuer: expected no issuer for the tenant default (PUBLIC_URL is its issuer), found one',
  },
  {
    name: "the deployment's own host as an issuer",
    yaml: tenant('issuer: http://localhost:3000'),
    expected:
      ":3:5 tenants[0].issuer: expected a host of the tenant's own, found that of PUBLIC_URL",
  },
  {
    name: 'settings of a tenant without a name',
    yaml: 'version: 1\ntenants:\n  - slug: acme\n    settings: { profile: compat }\n',
    expected:
      ':3:5 tenants[0]: expected name beside settings (a tenant without a name is only referred to), found no such key',
  },
  {
    name: 'a tenant that is only referred to and not there',
    yaml: 'version: 1\ntenants:\n  - slug: nowhere\n',
    expected:
      ':3:5 tenants[0]: expected name (tenant nowhere does not exist yet), found no such key',
  },
  {
    name: 'a tenant twice',
    yaml: 'version: 1\ntenants:\n  - { slug: acme, name: A }\n  - { slug: acme }\n',
    expected: ':4:5 tenants[1]: expected tenant acme once, found it again (first at FILE:3:5)',
  },
  {
    name: 'a number for a name',
    yaml: 'version: 1\ntenants:\n  - slug: acme\n    name: 42\n',
    expected:
      ':4:11 tenants[0].name: expected 1 to 200 characters on one line, found the number 42 (put it in quotes)',
  },
  {
    name: 'an alias of nothing',
    yaml: 'version: 1\ntenants: *nothing\n',
    expected: ':2:10 expected an anchor, found none named nothing',
  },
  {
    name: 'an alias of what it stands in',
    yaml: tenant('settings: &loop { lifetimes: *loop }'),
    expected:
      ':5:23 tenants[0].settings.lifetimes.lifetimes: expected one of accessTokenSeconds, …',
  },
  {
    name: 'several mistakes at once',
    yaml: 'version: 3\ntenants:\n  - slug: "-"\n    nam: x\n',
    expected: [
      ':1:10 version: expected 1, found the number 3',
      ':3:11 tenants[0].slug: expected 1 to 63 of a-z, 0-9 and -, not beginning or ending with -, found "-"',
      ':4:5 tenants[0].nam: expected a known key, found an unknown one; did you mean name?',
    ],
  },
]);
