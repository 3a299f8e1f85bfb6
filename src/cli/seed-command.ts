import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { applySeed, previewSeed } from '../seeds/apply-seed.ts';
import { describePlan, describeSummary, planDocument } from '../seeds/describe-plan.ts';
import { loadSeedFiles } from '../seeds/load-seed-files.ts';
import type { PruneMode, SeedPlan } from '../seeds/seed-plan.ts';
import type { CliContext } from './cli-context.ts';
import { EXIT } from './exit-codes.ts';
import type { ActionMaker, CommandRun } from './run-command.ts';
import { addSeedExportCommand } from './seed-export-command.ts';

const NOTHING = 'Nothing to do: everything is as the files say.';

interface PruneOptions {
  readonly prune?: boolean;
  readonly pruneTenants?: boolean;
}

/** `gatehouse seed plan|apply FILE…`, `gatehouse seed export` */
export function addSeedCommands(program: Command, act: ActionMaker): void {
  const seed = program
    .command('seed')
    .summary('tenants, applications, clients, roles and accounts from files')
    .description(
      'Seed files say which tenants, upstream providers, applications, clients, roles, groups and accounts there are. Several files count as one. What no file names is left alone, unless it is pruned. seeds/demo.yaml shows the format.',
    );

  withFiles(seed.command('plan'))
    .summary('show what would change, and change nothing')
    .description(
      'Compares the files with the database and prints what `seed apply` would change, field by field, and whether the file or somebody in the database changed it since the last apply; secrets show as fingerprints. Exit code 0: nothing to do, 2: changes are pending, 1: an error.',
    )
    .addHelpText(
      'after',
      `
Examples:
  gatehouse seed plan seeds/demo.yaml
  gatehouse seed plan --prune tenants/*.yaml
  gatehouse seed plan tenants/*.yaml --json | jq .summary.drift      how much others changed`,
    )
    .action(
      act<PruneOptions>(async (run, files, options) => {
        const { context, deps } = await openSeeds(run);
        const desired = await loadSeedFiles({ ...deps, publicUrl: context.publicUrl }, files);
        const plan = await previewSeed(deps, desired, pruneMode(options));
        const words = { create: 'to create', update: 'to change', remove: 'to remove' };
        const nothing = plan.changes.length === 0;
        const summary = nothing ? NOTHING : `${describeSummary(plan, words)}.`;
        run.print(planDocument(plan), textOf(plan, summary));
        return nothing ? EXIT.ok : EXIT.pending;
      }),
    );

  withFiles(seed.command('apply'))
    .summary('make the database what the files say')
    .description(
      'Carries out what `seed plan` shows with the same options, in one transaction: all of it or nothing. A second run finds nothing to do. Passwords are set when an account is created and never again; secrets of `generate: true` go into their files and are not shown.',
    )
    .addHelpText(
      'after',
      `
Examples:
  gatehouse seed apply seeds/demo.yaml
  gatehouse seed apply --prune tenants/*.yaml                    see seed plan --prune first
  NOTES_WEB_SECRET=… gatehouse seed apply tenants/*.yaml`,
    )
    .action(
      act<PruneOptions>(async (run, files, options) => {
        const { context, deps } = await openSeeds(run);
        const desired = await loadSeedFiles({ ...deps, publicUrl: context.publicUrl }, files);
        const mode = pruneMode(options);
        const pruning = mode === 'keep' ? undefined : { mode, endings: context.seedEndings };
        const plan = await applySeed(deps, desired, run.host.operator, pruning);
        const words = { create: 'created', update: 'changed', remove: 'removed' };
        const nothing = plan.changes.length === 0;
        const summary = nothing ? NOTHING : `${describeSummary(plan, words)}.`;
        run.print(planDocument(plan), textOf(plan, summary));
        return EXIT.ok;
      }),
    );

  addSeedExportCommand(seed, act);
}

function withFiles(command: Command): Command {
  return command
    .argument('<file...>', 'seed files; relative paths start at the working directory')
    .option(
      '--prune',
      'in tenants that the files define (with a name): remove what seeds manage and the files do not name any more, accounts and their sessions too. What no file ever named stays; so does an account that was there before a file named it, without its roles and groups',
    )
    .option(
      '--prune-tenants',
      '--prune, and disable the tenants that seeds manage and no file names; nothing of them is deleted. Only for files that are the whole deployment',
    );
}

function pruneMode({ prune, pruneTenants }: PruneOptions): PruneMode {
  if (pruneTenants === true) return 'prune with tenants';
  return prune === true ? 'prune' : 'keep';
}

async function openSeeds(run: CommandRun) {
  const context: CliContext = await run.open();
  const { clientSecretPepper, passwords } = await context.secrets();
  const { seeds, audit, keys, validateClient } = context;
  const deps = {
    readEnv: run.host.readEnv,
    clientSecretPepper,
    passwords,
    validateClient,
    seeds,
    audit,
    notifications: keys.notifications,
    sealer: keys.sealer,
    newId: randomUUID,
  };
  return { context, deps };
}

function textOf(plan: SeedPlan, summary: string): string {
  const described = describePlan(plan);
  return described === '' ? summary : `${described}\n${summary}`;
}
