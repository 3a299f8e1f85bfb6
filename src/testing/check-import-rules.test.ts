import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkImportRules } from './check-import-rules.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Modules that keep to the rules; each exports a value and a type. */
const MODULES = [
  'accounts/account.ts',
  'applications/application.ts',
  'audit/audit-log.ts',
  'config/config.ts',
  'crypto/digest.ts',
  'demo/playground.ts',
  'embedded/launcher.ts',
  'errors.ts',
  'grants/grant.ts',
  'http/page.ts',
  'interactions/step.ts',
  'keys/key.ts',
  'mail/outbox.ts',
  'provider/adapter.ts',
  'seeds/seed.ts',
  'storage/store.ts',
  'telemetry/logger.ts',
  'tenants/tenant.ts',
  'testing/clock.ts',
  'cli/cli.ts',
  'app.ts',
  'compose.ts',
  'compose-backends.ts',
  'main.ts',
];

const value = (from: string) => `import { value } from '${from}';\nexport const used = value;\n`;
const type = (from: string) => `import type { Type } from '${from}';\nexport type Used = Type;\n`;
const named = (name: string, from: string) =>
  `import ${name} from '${from}';\nexport const used = ${name};\n`;

const ALLOWED: [from: string, source: string][] = [
  ['storage/accounts.ts', type('../accounts/account.ts')],
  ['storage/tenants.ts', value('../tenants/tenant.ts')],
  ['interactions/visit.ts', value('../accounts/account.ts')],
  [
    'interactions/provider.ts',
    `import type { Provider } from 'oidc-provider';\nexport type P = Provider;\n`,
  ],
  ['accounts/sign-in.ts', value('../crypto/digest.ts') + type('../audit/audit-log.ts')],
  ['accounts/sign-in.test.ts', value('../storage/store.ts')],
  ['accounts/notice.ts', type('../mail/outbox.ts')],
  ['grants/record.ts', type('../accounts/account.ts')],
  ['compose-stores.ts', value('./storage/store.ts')],
  ['storage/sql.ts', named('knex', 'knex')],
  [
    'keys/locked.ts',
    `export async function read(open: () => AsyncDisposable) {\n  await using file = open();\n  return file;\n}\n`,
  ],
];

const FORBIDDEN: [rule: string, from: string, source: string][] = [
  ['config-imports', 'config/x.ts', value('../tenants/tenant.ts')],
  ['crypto-imports', 'crypto/x.ts', type('../telemetry/logger.ts')],
  ['telemetry-imports', 'telemetry/x.ts', type('../tenants/tenant.ts')],
  ['http-imports', 'http/x.ts', type('../tenants/tenant.ts')],
  ['http-imports', 'http/x.ts', value('../storage/store.ts')],
  ['tenants-imports', 'tenants/x.ts', type('../keys/key.ts')],
  ['keys-imports', 'keys/x.ts', value('../http/page.ts')],
  ['applications-imports', 'applications/x.ts', value('../accounts/account.ts')],
  ['accounts-imports', 'accounts/x.ts', value('../http/page.ts')],
  ['accounts-takes-types', 'accounts/x.ts', value('../audit/audit-log.ts')],
  ['accounts-takes-types', 'accounts/x.ts', value('../mail/outbox.ts')],
  ['mail-imports', 'mail/x.ts', value('../http/page.ts')],
  ['only-mail-speaks-smtp', 'cli/x.ts', named('nodemailer', 'nodemailer')],
  ['grants-takes-types', 'grants/x.ts', value('../accounts/account.ts')],
  ['provider-imports', 'provider/x.ts', type('../interactions/step.ts')],
  ['provider-imports', 'provider/x.ts', type('../storage/store.ts')],
  ['interactions-imports', 'interactions/x.ts', type('../keys/key.ts')],
  ['interactions-imports', 'interactions/x.ts', value('../provider/adapter.ts')],
  ['storage-takes-types', 'storage/x.ts', value('../provider/adapter.ts')],
  ['storage-imports', 'storage/x.ts', type('../http/page.ts')],
  ['seeds-imports', 'seeds/x.ts', type('../storage/store.ts')],
  ['embedded-takes-types', 'embedded/x.ts', value('../telemetry/logger.ts')],
  ['demo-imports', 'demo/x.ts', value('../provider/adapter.ts')],
  ['keys-imports', 'keys/x.ts', value('../compose.ts')],
  ['rooms-are-listed', 'utils/x.ts', value('../errors.ts')],
  ['only-composition-knows-storage', 'cli/x.ts', value('../storage/store.ts')],
  ['only-composition-knows-storage', 'app.ts', type('./storage/store.ts')],
  ['only-entry-points-know-embedded', 'http/x.ts', value('../embedded/launcher.ts')],
  ['only-tests-know-testing', 'cli/x.ts', value('../testing/clock.ts')],
  ['only-storage-speaks-sql', 'cli/x.ts', named('knex', 'knex')],
  ['only-provider-runs-oidc-provider', 'interactions/x.ts', named('Provider', 'oidc-provider')],
  [
    'no-oidc-provider-here',
    'accounts/x.ts',
    `import type { Provider } from 'oidc-provider';\nexport type P = Provider;\n`,
  ],
  ['no-development-packages', 'http/x.ts', named('axe', 'axe-core')],
  ['resolvable', 'http/x.ts', value('./not-there.ts')],
];

describe('the import rules', () => {
  let root: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'gatehouse-rules-'));
    await symlink(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
    await copyFile(join(PROJECT, 'package.json'), join(root, 'package.json'));
    for (const module of MODULES)
      await write(module, 'export const value = 1;\nexport type Type = 1;\n');
    for (const [from, source] of ALLOWED) await write(from, source);
  });

  after(() => rm(root, { recursive: true, force: true }));

  const write = async (module: string, source: string): Promise<void> => {
    const path = join(root, 'src', module);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, source);
  };

  it('allow what the table of rooms allows', async () => {
    const { modules, violations } = await checkImportRules(root);
    assert.deepEqual(violations, []);
    assert.equal(modules, MODULES.length + ALLOWED.length);
  });

  for (const [rule, from, source] of FORBIDDEN) {
    it(`${rule} refuses ${source.split('\n')[0]} in ${from}`, async () => {
      const before = MODULES.includes(from) ? 'export const value = 1;\n' : undefined;
      await write(from, source + (before ?? ''));
      const { violations } = await checkImportRules(root);
      if (before === undefined) await rm(join(root, 'src', from));
      else await write(from, before);
      const found = violations.filter((one) => one.from === `src/${from}`);
      assert.ok(
        found.some((one) => one.rule === rule),
        `found ${JSON.stringify(found)}`,
      );
    });
  }

  it('refuse a circle', async () => {
    await write('keys/a.ts', `import { b } from './b.ts';\nexport const a = () => b;\n`);
    await write('keys/b.ts', `import { a } from './a.ts';\nexport const b = () => a;\n`);
    const { violations } = await checkImportRules(root);
    await rm(join(root, 'src/keys/a.ts'));
    await rm(join(root, 'src/keys/b.ts'));
    assert.ok(violations.some((one) => one.rule === 'no-cycles'));
  });

  it('count no module where there is none, so that nothing passes for checked', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'gatehouse-rules-'));
    await mkdir(join(empty, 'src'));
    const { modules } = await checkImportRules(empty);
    await rm(empty, { recursive: true, force: true });
    assert.equal(modules, 0);
  });
});
