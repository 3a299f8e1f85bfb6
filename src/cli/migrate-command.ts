import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import type { ActionMaker } from './run-command.ts';

/** `gatehouse migrate` */
export function addMigrateCommand(program: Command, act: ActionMaker): void {
  program
    .command('migrate')
    .summary('bring the database to the schema of this release')
    .description(
      'Applies the migrations that the database lacks, all of them or none. Safe to run twice, and by two at once. Run it once per release, before the replicas start. It undoes nothing: on a database that a newer release has migrated, with which this one works, it changes nothing.',
    )
    .option(
      '--status',
      'only say what is pending: exit code 0 when nothing is, 2 when something is',
    )
    .option(
      '--stopped',
      'nothing else runs on this database: allows to skip a release that has to come between',
    )
    .addHelpText(
      'after',
      `
Examples:
  gatehouse migrate            apply what is pending
  gatehouse migrate --status   look, and change nothing`,
    )
    .action(
      act<{ status?: boolean; stopped?: boolean }>(async (run, _args, { status, stopped }) => {
        const { schema } = await run.openAnySchema();
        if (status === true) {
          const { pending, newer } = await schema.state();
          const advice = 'Apply with: gatehouse migrate';
          run.print(
            { pending, newer },
            pending.length === 0 ? nothingToDo(newer) : listed('pending', pending, advice),
          );
          return pending.length === 0 ? EXIT.ok : EXIT.pending;
        }
        const { applied, newer } = await schema.migrate({ stopped: stopped ?? false });
        run.print(
          { applied, newer },
          applied.length === 0 ? nothingToDo(newer) : listed('applied', applied),
        );
        return EXIT.ok;
      }),
    );
}

function nothingToDo(newer: readonly string[]): string {
  if (newer.length === 0) return 'The schema is up to date.';
  const advice = 'This release works with it as it is. Nothing was changed.';
  return listed('of a newer release', newer, advice);
}

function listed(what: string, names: readonly string[], advice?: string): string {
  const lines = [`${names.length} ${what}:`, ...names.map((name) => `  ${name}`)];
  return [...lines, ...(advice === undefined ? [] : [advice])].join('\n');
}
