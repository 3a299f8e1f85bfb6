import type { Command } from 'commander';
import type { ResealReport } from '../compose-reseal.ts';
import type { SealedKind } from '../keys/sealed-record-store.ts';
import { printable } from '../seeds/printable.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { renderTable } from './render-table.ts';
import type { ActionMaker } from './run-command.ts';

/** What people call what is sealed. */
export const SEALED_KIND_NAMES: Readonly<Record<SealedKind, string>> = {
  deployment_secrets: 'secrets of the deployment',
  signing_keys: 'signing keys',
  upstream_secrets: 'secrets at upstream providers',
  totp_seeds: 'authenticator apps',
  tenant_origins: 'secrets of where tenants came from',
  mail: 'waiting messages',
};

/** `gatehouse keys reseal` */
export function addKeysResealCommand(keys: Command, act: ActionMaker): void {
  keys
    .command('reseal')
    .summary('seal everything under the first of KEY_ENCRYPTION_KEYS')
    .description(
      'Opens what is sealed under another key and seals it under the first, while servers run, so that the other keys can be removed. Every server must know the first key already. May be ended and run again at any time. Exit code 1 when something is left, or cannot be opened.',
    )
    .option('--dry-run', 'change nothing, count what is under other keys; exit code 2 for any')
    .addHelpText(
      'after',
      `
What lives for minutes only (sign-ins under way, pushed requests) is not moved: the result
says until when the older keys have to stay for it.

Examples:
  gatehouse keys reseal --dry-run
  gatehouse keys reseal`,
    )
    .action(
      act<{ dryRun?: boolean }>(async (run, _args, { dryRun = false }) => {
        const context = await run.open();
        const report = await context.reseal({ dryRun, actor: run.host.operator });
        const document = {
          dryRun,
          ...report,
          keepOlderKeysUntil: report.keepOlderKeysUntil.toISOString(),
        };
        run.print(document, describe(report, dryRun));
        return exitCodeOf(report, dryRun);
      }),
    );
}

function exitCodeOf({ kinds }: ResealReport, dryRun: boolean): ExitCode {
  if (kinds.some(({ unreadable }) => unreadable > 0)) return EXIT.error;
  if (!kinds.some(({ left }) => left > 0)) return EXIT.ok;
  return dryRun ? EXIT.pending : EXIT.error;
}

function describe({ sealingKey, kinds, keepOlderKeysUntil }: ResealReport, dryRun: boolean) {
  const table = renderTable(
    ['SEALED', 'MOVED', 'UNDER OTHER KEYS', 'UNREADABLE'],
    kinds.map(({ kind, moved, left, unreadable }) => [
      SEALED_KIND_NAMES[kind],
      String(moved),
      String(left),
      String(unreadable),
    ]),
  );
  const lines = kinds.flatMap(({ kind, named }) =>
    named.map(({ key, reason }) =>
      printable(`unreadable: ${SEALED_KIND_NAMES[kind]}, ${key.join(' ')}: ${reason}`),
    ),
  );
  if (lines.length > 0) {
    lines.push(
      'What is unreadable was left as it is. Put the key that sealed it back into KEY_ENCRYPTION_KEYS, after the first, and run this again.',
    );
  }
  if (kinds.some(({ left }) => left > 0)) {
    lines.push(
      dryRun
        ? `Run: gatehouse keys reseal, which moves them to key ${sealingKey}.`
        : 'Something was being changed at the same time. Run this again.',
    );
  }
  if (lines.length === 0) {
    lines.push(
      `Everything is sealed under key ${sealingKey}. If it has only just become the first, keep the others until ${keepOlderKeysUntil.toISOString()}: sign-ins under way were sealed under them.`,
    );
  }
  return [table.trimEnd(), '', ...lines].join('\n');
}
