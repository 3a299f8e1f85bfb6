import type { Command } from 'commander';
import { examine } from './doctor-checks.ts';
import { describeFindings, type Finding } from './doctor-findings.ts';
import { EXIT } from './exit-codes.ts';
import type { ActionMaker } from './run-command.ts';

/** `gatehouse doctor` */
export function addDoctorCommand(program: Command, act: ActionMaker): void {
  program
    .command('doctor')
    .summary('look for what is wrong, and say what to do')
    .description(
      'Looks at the configuration, the database, Redis, the clocks, the migrations, the signing keys and the mail server, changes nothing, and says what to do about each finding. Exit code 1 when something is wrong; warnings do not count.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  gatehouse doctor --json | jq \'.findings[] | select(.status != "ok")\'',
    )
    .action(
      act(async (run) => {
        const findings = await examine(run.host.doctor);
        const problems = findings.filter(({ status }) => status === 'problem').length;
        run.print({ healthy: problems === 0, findings }, describe(findings, problems));
        return problems === 0 ? EXIT.ok : EXIT.error;
      }),
    );
}

function describe(findings: readonly Finding[], problems: number): string {
  const verdict =
    problems === 0
      ? 'Nothing is wrong.'
      : `${problems} ${problems === 1 ? 'problem' : 'problems'}.`;
  return [describeFindings(findings), '', verdict].join('\n');
}
