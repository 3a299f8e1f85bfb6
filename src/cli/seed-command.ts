import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { applySeed, previewSeed } from '../seeds/apply-seed.ts';
import { describePlan, describeSummary, planDocument } from '../seeds/describe-plan.ts';
import { loadSeedFiles } from '../seeds/load-seed-files.ts';
import type { SeedPlan } from '../seeds/seed-plan.ts';
import type { CliContext } from './cli-context.ts';
import { EXIT } from './exit-codes.ts';
import type { ActionMaker, CommandRun } from './run-command.ts';

/** `gatehouse seed plan|apply FILE…` */
export function addSeedCommands(program: Command, act: ActionMaker): void {
  const seed = program
    .command('seed')
    .summary('tenants, applications, clients, roles and accounts from files')
    .description(
      'Seed files say which tenants, upstream providers, applications, clients, roles, groups and accounts there are. Several files count as one. What no file names is left alone. seeds/demo.yaml shows the format.',
    );

  seed
    .command('plan')
    .summary('show what would change, and change nothing')
    .description(
      'Compares the files with the database and prints what `seed apply` would change, field by field, and whether the file or somebody in the database changed it since the last apply; secrets show as fingerprints. Exit code 0: nothing to do, 2: changes are pending, 1: an error.',
    )
    .argument('<file...>', 'seed files; relative paths start at the working directory')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse seed plan seeds/demo.yaml
  gatehouse seed plan tenants/*.yaml --json | jq '.summary'      drift: changed in the database`,
    )
    .action(
      act(async (run, files) => {
        const { context, deps } = await openSeeds(run);
        const desired = await loadSeedFiles({ ...deps, publicUrl: context.publicUrl }, files);
        const plan = await previewSeed(deps, desired);
        const nothing = plan.changes.length === 0;
        run.print(
          planDocument(plan),
          nothing
            ? textOf(plan, 'Nothing to do: everything is as the files say.')
            : textOf(
                plan,
                `${describeSummary(plan, { create: 'to create', update: 'to change' })}.`,
              ),
        );
        return nothing ? EXIT.ok : EXIT.pending;
      }),
    );

  seed
    .command('apply')
    .summary('make the database what the files say')
    .description(
      'Carries out what `seed plan` shows, in one transaction: all of it or nothing. A second run finds nothing to do. Passwords are set when an account is created and never again; secrets of `generate: true` go into their files and are not shown.',
    )
    .argument('<file...>', 'seed files; relative paths start at the working directory')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse seed apply seeds/demo.yaml
  NOTES_WEB_SECRET=… gatehouse seed apply tenants/*.yaml`,
    )
    .action(
      act(async (run, files) => {
        const { context, deps } = await openSeeds(run);
        const desired = await loadSeedFiles({ ...deps, publicUrl: context.publicUrl }, files);
        const plan = await applySeed(deps, desired, run.host.operator);
        run.print(
          planDocument(plan),
          plan.changes.length === 0
            ? textOf(plan, 'Nothing to do: everything is as the files say.')
            : textOf(plan, `${describeSummary(plan, { create: 'created', update: 'changed' })}.`),
        );
        return EXIT.ok;
      }),
    );
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
