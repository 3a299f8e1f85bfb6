import type { Command } from 'commander';
import { addAccountCommands } from './account-command.ts';
import { addAuditCommands } from './audit-command.ts';
import { addClientCommands } from './client-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addKeysCommands } from './keys-command.ts';
import { addMailCommands } from './mail-command.ts';
import { addMigrateCommand } from './migrate-command.ts';
import type { ActionMaker } from './run-command.ts';
import { addSeedCommands } from './seed-command.ts';
import { addTenantCommands } from './tenant-command.ts';
import { addUpstreamCommands } from './upstream-command.ts';

/** Every command: what `gatehouse --help` lists, in this order. */
export function addCommands(version: string): (program: Command, act: ActionMaker) => void {
  return (program, act) => {
    program
      .description(
        'Operates a Gatehouse deployment. It reads the same environment as the server; without DATABASE_URL it works on the embedded database, whether the server runs or not.',
      )
      .version(version, '--version', 'print the version')
      .option('--json', 'print one JSON document; errors are JSON on stderr')
      .option('--debug', 'print the stack of an error')
      .helpOption('-h, --help', 'show what a command does and how it is used')
      .helpCommand(false)
      .showSuggestionAfterError()
      .addHelpText(
        'after',
        `
Exit codes: 0 done, 1 an error, 2 something is pending (seed plan, migrate --status,
            keys reseal --dry-run), 64 the command line is wrong, 78 the configuration is wrong

Begin with:
  gatehouse doctor
  gatehouse seed plan seeds/demo.yaml`,
      );
    addMigrateCommand(program, act);
    addSeedCommands(program, act);
    addTenantCommands(program, act);
    addClientCommands(program, act);
    addUpstreamCommands(program, act);
    addAccountCommands(program, act);
    addKeysCommands(program, act);
    addMailCommands(program, act);
    addAuditCommands(program, act);
    addDoctorCommand(program, act);
    // One way to ask for help is enough, and it is an option.
    for (const group of program.commands) group.helpCommand(false);
  };
}
