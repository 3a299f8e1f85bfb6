import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { RowCounts } from '../archives/archive.ts';
import type { ProvenArchive } from '../archives/import-tenant.ts';
import { issuerOf } from '../tenants/issuer.ts';
import type { CliContext } from './cli-context.ts';
import { EXIT } from './exit-codes.ts';
import { renderTable } from './render-table.ts';
import type { ActionMaker, CommandRun } from './run-command.ts';
import { tenantOf } from './tenant-option.ts';
import { UsageError } from './usage-error.ts';

/** Characters of a passphrase: what it protects can be tried out by whoever has the file. */
const PASSPHRASE_MIN_CHARACTERS = 20;
const PASSPHRASE_HELP =
  'file with the passphrase on its first line, such as of openssl rand -base64 32';
const SLUG = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** `gatehouse tenant export|import` */
export function addTenantArchiveCommands(tenants: Command, act: ActionMaker): void {
  addExport(tenants, act);
  addImport(tenants, act);
}

function addExport(tenants: Command, act: ActionMaker): void {
  tenants
    .command('export')
    .summary('write a whole tenant into an encrypted file')
    .description(
      'Writes everything of a tenant into a file that only its passphrase opens: settings, applications, clients, roles, accounts with passwords and factors, consents, refresh tokens, signing keys. It is one moment of the tenant, while servers run. Whoever has the file and the passphrase has the tenant, and the peppers of this deployment.',
    )
    .argument('<slug>', 'the tenant, such as acme')
    .requiredOption('-o, --output <file>', 'where it goes; must not exist')
    .requiredOption('--passphrase-file <file>', PASSPHRASE_HELP)
    .option('--audit', 'with its audit events')
    .addHelpText(
      'after',
      `
Sessions, remembered browsers, waiting mail and what lives for minutes stay behind
(docs/runbooks/move-a-tenant.md).

Example:
  gatehouse tenant export acme -o acme.tenant --passphrase-file passphrase`,
    )
    .action(
      act<{ output: string; passphraseFile: string; audit?: boolean }>(
        async (run, [slug = ''], { output, passphraseFile, audit = false }) => {
          const passphrase = readPassphrase(passphraseFile);
          const context = await run.openOwnSchema();
          const tenant = await tenantOf(context, slug);
          const { version: release, operator: actor } = run.host;
          const input = { output, passphrase, audit, release, actor };
          const written = await context.archives.write(tenant, input);
          const left = tenant.disabled
            ? 'It is disabled, so nothing has changed since.'
            : 'It is enabled: what changes from now on is not in the file.';
          run.print(
            { tenant: slug, output, ...written },
            `${renderCounts(written.counts)}\n\nTenant ${slug} is in ${output}. ${left}`,
          );
          return undefined;
        },
      ),
    );
}

interface ImportOptions {
  readonly passphraseFile: string;
  readonly as?: string;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly discard?: boolean;
  readonly disabled?: boolean;
}

function addImport(tenants: Command, act: ActionMaker): void {
  tenants
    .command('import')
    .summary('bring a tenant from such a file')
    .description(
      'Brings a tenant of another deployment here, with its people, their passwords and factors, its clients and their secrets, and its signing keys. The file is read to its end before anything is written. The tenant answers to nobody until all of it is here.',
    )
    .argument('<file>', 'written by: gatehouse tenant export')
    .requiredOption('--passphrase-file <file>', PASSPHRASE_HELP)
    .option('--as <slug>', 'under another slug; changes its issuer, unless that is on its own host')
    .option('--dry-run', 'only look: exit code 0 when it can be brought here, 1 when not')
    .option('--resume', 'go on with an import that was interrupted')
    .option('--discard', 'remove what an import that was interrupted has written')
    .option('--disabled', 'leave it disabled; gatehouse tenant enable lets people in')
    .addHelpText(
      'after',
      `
Examples:
  gatehouse tenant import acme.tenant --passphrase-file passphrase --dry-run
  gatehouse tenant import acme.tenant --passphrase-file passphrase`,
    )
    .action(
      act<ImportOptions>(async (run, [path = ''], options) => {
        const { as, dryRun = false, resume = false, discard = false } = options;
        if ([dryRun, resume, discard].filter(Boolean).length > 1) {
          throw new UsageError('--dry-run, --resume and --discard exclude each other');
        }
        if (as !== undefined && !SLUG.test(as)) {
          throw new UsageError(
            `${as} is no slug: lower-case letters, digits and hyphens, up to 63`,
          );
        }
        const file = { path, passphrase: readPassphrase(options.passphraseFile) };
        const context = await run.openOwnSchema();
        const proven = await context.archives.examine(file, { as });
        if (dryRun) return describeDryRun(run, context, proven);
        if (discard) return discardUnfinished(run, context, proven);
        const { unfinished, header, slug } = proven;
        if (unfinished !== undefined && !resume) {
          throw new UsageError(
            `an import of this file as ${unfinished.slug} was interrupted after ${unfinished.rows} rows: --resume goes on, --discard removes them`,
          );
        }
        if (unfinished === undefined && resume) {
          throw new UsageError('there is no import of this file to go on with');
        }
        const { disabled = false } = options;
        const actor = run.host.operator;
        const { tenantId, counts } = await context.archives.bring(file, proven, {
          disabled,
          actor,
        });
        const issuer = issuerHere(context, proven);
        run.print(
          { tenant: slug, id: tenantId, issuer, was: header.tenant.issuer, disabled, counts },
          [
            renderCounts(counts),
            '',
            `Tenant ${slug} is here, and ${disabled ? 'still disabled' : 'enabled'}.`,
            ...issuerLines(issuer, header.tenant.issuer),
          ].join('\n'),
        );
        return undefined;
      }),
    );
}

function describeDryRun(run: CommandRun, context: CliContext, proven: ProvenArchive) {
  const { header, slug, obstacles, unfinished } = proven;
  const issuer = issuerHere(context, proven);
  const lines = [
    renderCounts(header.counts),
    '',
    `Tenant ${header.tenant.slug} of ${header.tenant.issuer}, written at ${header.exportedAt}; the file is whole.`,
    ...(unfinished === undefined
      ? []
      : [`Its import as ${unfinished.slug} was interrupted after ${unfinished.rows} rows.`]),
    ...issuerLines(issuer, header.tenant.issuer),
    ...(obstacles.length === 0
      ? [`It can be brought here as ${slug}; nothing was changed.`]
      : obstacles.map((obstacle) => `It cannot be brought here: ${obstacle}.`)),
  ];
  run.print(
    { tenant: slug, issuer, header, obstacles, unfinished: unfinished ?? null },
    lines.join('\n'),
  );
  return obstacles.length === 0 ? EXIT.ok : EXIT.error;
}

async function discardUnfinished(
  run: CommandRun,
  context: CliContext,
  { unfinished }: ProvenArchive,
) {
  if (unfinished === undefined) {
    throw new UsageError('no import of this file was interrupted; nothing was changed');
  }
  await context.archives.discard(unfinished, run.host.operator);
  run.print(
    { tenant: unfinished.slug, discarded: unfinished.rows },
    `The ${unfinished.rows} rows of ${unfinished.slug} that were written are removed.`,
  );
  return undefined;
}

function issuerHere({ publicUrl }: CliContext, { slug, tenant }: ProvenArchive): string {
  const { custom_issuer: own } = tenant;
  return issuerOf({ slug, customIssuer: typeof own === 'string' ? own : undefined }, publicUrl);
}

function issuerLines(here: string, there: string): string[] {
  if (here === there) return [`Its issuer stays ${here}.`];
  const hosts = [here, there].map((issuer) => new URL(issuer).hostname);
  return [
    `Its issuer was ${there} and is ${here} here: applications have to be told, and refuse tokens of before.`,
    ...(hosts[0] === hosts[1]
      ? []
      : [`Passkeys are bound to ${hosts[1]}: they do not work at ${hosts[0]}.`]),
  ];
}

function renderCounts(counts: RowCounts): string {
  const rows = Object.entries(counts).filter(([, count]) => count > 0);
  return renderTable(
    ['TABLE', 'ROWS'],
    rows.map(([table, count]) => [table, String(count)]),
  ).trimEnd();
}

/** @throws UsageError */
function readPassphrase(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot read the passphrase: ${reason}`);
  }
  const [passphrase = ''] = text.split(/\r?\n/);
  if (passphrase.length < PASSPHRASE_MIN_CHARACTERS) {
    throw new UsageError(
      `the first line of ${path} has ${passphrase.length} characters: a passphrase has at least ${PASSPHRASE_MIN_CHARACTERS}`,
    );
  }
  return passphrase;
}
