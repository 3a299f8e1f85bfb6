/**
 * Which room may import which: the table of rooms, as rules. `npm run lint` checks them
 * (src/testing/check-import-rules.ts); tests and `src/testing` may import anything.
 *
 * Every room may import `errors.ts` and the randomness and digests of `crypto`, and may tell things
 * to `telemetry` and `audit`, whose types it names. Everything else is said here, and why in
 * docs/decisions/0009-import-rules.md.
 */

const ROOMS = {
  config: { imports: [], types: [], alone: true },
  crypto: { imports: [], types: [], alone: true },
  telemetry: { imports: [], types: [], alone: true },
  http: { imports: ['crypto'], types: ['telemetry'], alone: true },
  languages: { imports: [], types: [], alone: true },
  tenants: { imports: [], types: [] },
  keys: { imports: ['tenants'], types: [] },
  applications: { imports: ['tenants'], types: [] },
  accounts: { imports: ['tenants'], types: ['mail'] },
  grants: { imports: [], types: ['accounts', 'applications', 'tenants'] },
  audit: { imports: ['tenants'], types: [] },
  // A message has the colours of a page.
  mail: { imports: ['tenants', 'languages'], types: [], files: ['http/accent-colour.ts'] },
  upstream: { imports: ['tenants', 'accounts'], types: [] },
  seeds: {
    imports: ['tenants', 'applications', 'accounts', 'languages', 'upstream'],
    types: [],
    files: ['http/accent-colour.ts'],
  },
  archives: {
    imports: ['tenants', 'keys'],
    types: [],
    files: ['applications/client-secret.ts'],
  },
  provider: {
    imports: ['tenants', 'keys', 'applications', 'accounts', 'grants'],
    types: [],
    // What it uses up in a request, and when that is answered, are one thing.
    files: ['http/must-finish.ts'],
  },
  interactions: {
    imports: ['tenants', 'accounts', 'grants', 'applications', 'upstream', 'http', 'languages'],
    types: ['mail'],
  },
  'account-page': {
    imports: ['tenants', 'accounts', 'grants', 'applications', 'http', 'languages'],
    types: ['provider', 'mail', 'upstream', 'audit'],
    // How every hosted page looks and speaks; nothing of what an interaction is.
    files: [
      'interactions/language-choice.ts',
      'interactions/page-frame.ts',
      'interactions/messages/messages.ts',
      'interactions/pages/account-card.ts',
      'interactions/pages/error-page.ts',
      'interactions/pages/permissions.ts',
      'interactions/pages/reset-password-pages.ts',
      'interactions/pages/passkey-form.ts',
      'interactions/pages/recovery-codes-page.ts',
      'interactions/pages/upstream-pages.ts',
      'interactions/qr-svg.ts',
      'interactions/tenant-cookie.ts',
      'interactions/web-link.ts',
      'upstream/begin-upstream-sign-in.ts',
    ],
  },
  storage: {
    imports: [],
    types: [
      'tenants',
      'keys',
      'applications',
      'accounts',
      'grants',
      'mail',
      'upstream',
      'seeds',
      'archives',
      'provider',
      'interactions',
    ],
    // Definitions that rows must agree with; they do nothing.
    files: [
      'tenants/tenant.ts',
      'tenants/complete-tenant-settings.ts',
      'tenants/known-settings.ts',
      'applications/application.ts',
      'accounts/normalize-identifier.ts',
      'http/endpoint-limiter.ts',
    ],
  },
  openapi: {
    imports: [],
    types: ['tenants'],
    // The tables of routes: what it describes is what is served.
    files: [
      'http/health.ts',
      'interactions/route-table.ts',
      'account-page/route-table.ts',
      'version.ts',
    ],
  },
  embedded: { imports: [], types: ['telemetry'], alone: true },
  demo: { imports: ['http'], types: ['config'] },
};

const TEST = String.raw`\.test\.ts$`;
const TYPES_ONLY = { dependencyTypesNot: ['type-only'] };
const anyOf = (names) => (names.length > 0 ? `^src/(${names.join('|')})/` : '^$');

/** The two rules of a room: rooms that it never imports, and those of which it takes types alone. */
function rulesOf(room, { imports, types, files = [], alone = false }) {
  const values = alone ? imports : [...imports, 'crypto'];
  const typed = alone ? types : [...types, 'telemetry', 'audit'];
  const from = { path: `^src/${room}/`, pathNot: TEST };
  const own = [`^src/errors\\.ts$`, `^src/${room}/`];
  const named = files.map((file) => `^src/${file.replaceAll('.', '\\.')}$`);
  const says =
    values.length > 0 ? `${room} may import ${values.join(', ')}` : `${room} imports no room`;
  const saysTypes = typed.length > 0 ? `, and types of ${typed.join(', ')}` : '';
  return [
    {
      name: `${room}-imports`,
      comment: says + saysTypes,
      severity: 'error',
      from,
      to: { path: '^src/', pathNot: [...own, ...named, anyOf([...values, ...typed])] },
    },
    {
      name: `${room}-takes-types`,
      comment: `${room} takes only types from there`,
      severity: 'error',
      from,
      to: {
        path: anyOf([...typed.filter((name) => !values.includes(name))]),
        pathNot: [...own, ...named],
        ...TYPES_ONLY,
      },
    },
  ];
}

const COMPOSITION = String.raw`^src/compose[a-z-]*\.ts$`;

export default {
  forbidden: [
    ...Object.entries(ROOMS).flatMap(([room, walls]) => rulesOf(room, walls)),
    {
      name: 'rooms-are-listed',
      comment: 'a new room gets its line in the table above first',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: anyOf([...Object.keys(ROOMS), 'cli', 'testing']) },
      to: {},
    },
    {
      name: 'only-composition-knows-storage',
      comment: 'stores are made in compose.ts and handed to who needs them',
      severity: 'error',
      from: { path: '^src/', pathNot: [COMPOSITION, TEST, '^src/(storage|testing)/'] },
      to: { path: '^src/storage/' },
    },
    {
      name: 'only-entry-points-know-embedded',
      comment: 'a server process, or a command, decides that a database is started',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [COMPOSITION, TEST, String.raw`^src/main\.ts$`, '^src/(embedded|cli|testing)/'],
      },
      to: { path: '^src/embedded/' },
    },
    {
      name: 'only-tests-know-testing',
      comment: 'the built release leaves src/testing out',
      severity: 'error',
      from: { path: '^src/', pathNot: [TEST, '^src/testing/'] },
      to: { path: '^src/testing/' },
    },
    {
      name: 'only-storage-speaks-sql',
      comment: 'every statement and every Redis command is in storage (embedded starts a server)',
      severity: 'error',
      from: { path: '^src/', pathNot: [TEST, '^src/(storage|embedded|testing)/'] },
      to: { path: 'node_modules/(knex|pg|ioredis)/', ...TYPES_ONLY },
    },
    {
      name: 'only-mail-speaks-smtp',
      comment: 'what is sent, how and how often is decided in one room',
      severity: 'error',
      from: { path: '^src/', pathNot: [TEST, '^src/(mail|testing)/'] },
      to: { path: 'node_modules/nodemailer/', ...TYPES_ONLY },
    },
    {
      name: 'only-provider-runs-oidc-provider',
      comment: 'the library is configured in one room; interactions know the type Provider',
      severity: 'error',
      from: { path: '^src/', pathNot: [TEST, '^src/(provider|testing)/'] },
      to: { path: 'node_modules/(@types/)?oidc-provider/', ...TYPES_ONLY },
    },
    {
      name: 'no-oidc-provider-here',
      comment: 'tenants and accounts do not know OpenID Connect at all',
      severity: 'error',
      from: { path: '^src/(tenants|accounts)/', pathNot: TEST },
      to: { path: 'node_modules/(@types/)?oidc-provider/' },
    },
    {
      name: 'no-cycles',
      comment: 'two modules that need each other are one, or lack a third',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-development-packages',
      comment: 'the image is built without devDependencies',
      severity: 'error',
      from: { path: '^src/', pathNot: [TEST, '^src/testing/'] },
      to: { dependencyTypes: ['npm-dev'], ...TYPES_ONLY },
    },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere fails when it runs',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no parser for tools; without swc no module would be seen at all.
    parser: 'swc',
    tsPreCompilationDeps: true,
    moduleSystems: ['es6'],
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
