import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import type { ActionMaker } from './run-command.ts';

/** `gatehouse migrate` */
export function addMigrateCommand(program: Command, act: ActionMaker): void {
  program
    .command('migrate')
    .summary('bring the database to the schema of this release')
    .description(
      'Applies the migrations that the database lacks, all of them or none. Safe to run twice, and by two at once. Run it once per release, before the replicas start.',
    )
    .option(
      '--status',
      'only say what is pending: exit code 0 when nothing is, 2 when something is',
    )
    .addHelpText(
      'after',
      `
Examples:
  gatehouse migrate            apply what is pending
  gatehouse migrate --status   look, and change nothing`,
    )
    .action(
      act<{ status?: boolean }>(async (run, _args, { status }) => {
        const { schema } = await run.openAnySchema();
        if (status === true) {
          const pending = await schema.pending();
          const lines = pending.map((name) => `  ${name}`);
          run.print(
            { pending },
            pending.length === 0
              ? 'The schema is up to date.'
              : [`${pending.length} pending:`, ...lines, 'Apply with: gatehouse migrate'].join(
                  '\n',
                ),
          );
          return pending.length === 0 ? EXIT.ok : EXIT.pending;
        }
        const applied = await schema.migrate();
        const lines = applied.map((name) => `  ${name}`);
        run.print(
          { applied },
          applied.length === 0
            ? 'The schema is up to date.'
            : [`${applied.length} applied:`, ...lines].join('\n'),
        );
        return EXIT.ok;
      }),
    );
}
