import { type Command, Option } from 'commander';
import { NotFoundError } from '../errors.ts';
import { exportSeed, type SeedExport } from '../seeds/export-seed.ts';
import type { Extent } from '../seeds/seed-store.ts';
import { writeNewFile } from '../seeds/write-new-file.ts';
import { EXIT } from './exit-codes.ts';
import type { ActionMaker } from './run-command.ts';

interface Options {
  readonly tenant?: readonly string[];
  readonly output?: string;
  readonly force?: boolean;
  readonly accounts: string;
  readonly passwordHashes?: boolean;
}

const EXTENTS: Readonly<Record<string, Extent>> = { managed: 'managed', all: 'all', none: 'none' };

/** `gatehouse seed export` */
export function addSeedExportCommand(seed: Command, act: ActionMaker): void {
  seed
    .command('export')
    .summary('write what the database holds as a seed file')
    .description(
      'Writes tenants with their settings, upstream providers, applications, roles, clients, groups and accounts as one seed file, sorted. `seed plan` with it finds nothing to do. Secrets are hashes, never readable. What a seed file cannot say stands on stderr. Exit code 1: it was written, but `seed apply` would refuse it; stderr says why.',
    )
    .option('-t, --tenant <slug...>', 'these tenants (default: all)')
    .option('-o, --output <file>', 'write this file (mode 0600) instead of stdout')
    .option('--force', 'take the place of a file that exists')
    .addOption(
      new Option(
        '--accounts <which>',
        'accounts that seeds manage, all of them (people who registered too), or none',
      )
        .choices(Object.keys(EXTENTS))
        .default('managed'),
    )
    .option('--password-hashes', 'write the hashes of passwords; keep such a file as a secret')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse seed export --tenant acme --output tenants/acme.yaml
  gatehouse seed export --accounts all --password-hashes --output everything.yaml`,
    )
    .action(
      act<Options>(async (run, _args, options) => {
        const { tenant: slugs, output, force = false, accounts } = options;
        const { passwordHashes = false } = options;
        const context = await run.open();
        const state = await context.seeds.loadWhole(slugs, {
          accounts: EXTENTS[accounts] ?? 'managed',
          passwordHashes,
        });
        const missing = slugs?.find((slug) => !state.tenants.some((one) => one.slug === slug));
        if (missing !== undefined) throw new NotFoundError(`tenant ${missing}`);
        const exported = exportSeed(state, { passwordHashes, named: slugs !== undefined });
        if (output === undefined) {
          run.print(exported.document, exported.text);
        } else {
          await writeNewFile(output, exported.text, { overwrite: force });
          run.print(
            { file: output, notes: exported.notes, readable: exported.readable },
            `Wrote ${output}: ${countsOf(exported)}.`,
          );
        }
        for (const note of exported.notes) run.host.stderr(`Note: ${note}\n`);
        return exported.readable ? EXIT.ok : EXIT.error;
      }),
    );
}

function countsOf({ document }: SeedExport): string {
  const { tenants } = document as { tenants: readonly Readonly<Record<string, unknown>>[] };
  const count = (name: string) =>
    tenants.reduce(
      (sum, tenant) => sum + (Array.isArray(tenant[name]) ? tenant[name].length : 0),
      0,
    );
  return `tenants: ${tenants.length}, applications: ${count('applications')}, accounts: ${count('accounts')}`;
}
