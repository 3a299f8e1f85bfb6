import { type Command, InvalidArgumentError } from 'commander';
import { ConflictError, NotFoundError } from '../errors.ts';
import type { ListedMail, MailStatus } from '../mail/mail-outbox.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { wholeOption } from './parse-options.ts';
import { renderTable } from './render-table.ts';
import type { ActionMaker, CommandRun } from './run-command.ts';
import { slugsOf, tenantOf, withTenant } from './tenant-option.ts';
import { UsageError } from './usage-error.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

/** Every status there is: the compiler refuses this table when one is missing. */
const STATUSES: Readonly<Record<MailStatus, true>> = {
  queued: true,
  sent: true,
  bounced: true,
  failed: true,
};

interface ListOptions {
  readonly tenant?: string;
  readonly status?: MailStatus;
  readonly before?: string;
  readonly limit: number;
}

/** `gatehouse mail list|retry` */
export function addMailCommands(program: Command, act: ActionMaker): void {
  const mail = program
    .command('mail')
    .summary('messages to people, and what became of them')
    .description(
      'Messages are queued by whoever writes to people, sent by any running server, and listed for 30 days. What a message said is gone once it was sent or given up.',
    );

  mail
    .command('list')
    .summary('messages, newest first')
    .description(
      'Lists messages, newest first, of one tenant or of all: queued (to be sent, or tried again), sent (the mail server took it), bounced (it refused the address for good), failed (given up).',
    )
    .option('-t, --tenant <slug>', 'only messages of this tenant')
    .option('--status <status>', `only ${Object.keys(STATUSES).join(', ')}`, readStatus)
    .option('--before <id>', 'go on after this message of an earlier page')
    .option(
      '--limit <n>',
      `at most so many, up to ${MAX_LIMIT}`,
      wholeOption(1, MAX_LIMIT),
      DEFAULT_LIMIT,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse mail list --tenant acme --status bounced\n  gatehouse mail list --status queued --json | jq length',
    )
    .action(act<ListOptions>(listMail));

  addRetry(mail, act);
}

async function listMail(
  run: CommandRun,
  _args: readonly string[],
  options: ListOptions,
): Promise<undefined> {
  const context = await run.open();
  const { tenant: slug, status, before, limit } = options;
  const tenant = slug === undefined ? undefined : await tenantOf(context, slug);
  const listed = await context.mailOutbox.list({
    tenantId: tenant?.id,
    ...(status === undefined ? {} : { status }),
    ...(before === undefined ? {} : { before }),
    limit,
  });
  const slugs = await slugsOf(context, listed);
  const documents = listed.map((one) => mailDocument(one, slugs.get(one.tenantId)));
  const more =
    listed.length === limit ? `\n\nThere may be more: --before ${listed.at(-1)?.id ?? ''}` : '';
  const off = context.mailEnabled ? '' : '\n\nMail is off: neither SMTP_URL nor a playground.';
  run.print(
    documents,
    listed.length === 0 ? `No such messages.${off}` : `${tableOf(documents)}${more}${off}`,
  );
  return undefined;
}

function addRetry(mail: Command, act: ActionMaker): void {
  withTenant(mail.command('retry').argument('[id]', 'message, from mail list'))
    .summary('try waiting messages again at once')
    .description(
      'Makes a queued message due now instead of at its next attempt; a running server tries it within seconds. What was sent, bounced or given up cannot be sent again, for what it said is gone: the person asks for a new one.',
    )
    .option('--all', 'every queued message of the tenant')
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse mail retry 019ac0de-5f00-7a3b-9c1d-2e4f60718293\n  gatehouse mail retry --all --tenant acme',
    )
    .action(
      act<{ tenant: string; all?: boolean }>(async (run, [id], options) => {
        if ((id === undefined) !== (options.all === true)) {
          throw new UsageError('expected the id of a message, or --all');
        }
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        if (id !== undefined) await findWaiting(context.mailOutbox, tenant, id);
        const only = id === undefined ? {} : { id };
        const count = await context.mailOutbox.makeDue(
          { ...only, tenantId: tenant.id },
          context.now(),
        );
        if (count > 0) {
          await context.audit.record({
            kind: 'mail.retried',
            tenantId: tenant.id,
            outcome: 'success',
            actor: run.host.operator,
            detail: { count, ...(id === undefined ? {} : { mail: id }) },
          });
        }
        run.print(
          { tenant: tenant.slug, due: count },
          count === 0
            ? 'Nothing waits for its next attempt: it is due, or being sent at this moment.'
            : `${count} ${count === 1 ? 'message is' : 'messages are'} due now.`,
        );
        return undefined;
      }),
    );
}

/** @throws NotFoundError; ConflictError when there is nothing left to try */
async function findWaiting(
  outbox: { find(tenantId: string, id: string): Promise<ListedMail | undefined> },
  tenant: Tenant,
  id: string,
): Promise<void> {
  const found = await outbox.find(tenant.id, id);
  if (found === undefined) throw new NotFoundError(`message ${id} of tenant ${tenant.slug}`);
  if (found.status !== 'queued') {
    throw new ConflictError(
      `the message is ${found.status}, and what it said is gone: have the person ask for a new one`,
    );
  }
}

function mailDocument(mail: ListedMail, slug: string | undefined) {
  return {
    id: mail.id,
    tenant: slug ?? null,
    kind: mail.name,
    to: mail.recipient,
    accountId: mail.accountId ?? null,
    language: mail.language,
    status: mail.status,
    attempts: mail.attempts,
    problem: mail.problem ?? null,
    createdAt: mail.createdAt.toISOString(),
    sentAt: mail.sentAt?.toISOString() ?? null,
    nextAttemptAt: mail.nextAttemptAt?.toISOString() ?? null,
  };
}

function tableOf(documents: readonly ReturnType<typeof mailDocument>[]): string {
  return renderTable(
    ['TIME', 'TENANT', 'KIND', 'TO', 'STATUS', 'ATTEMPTS', 'PROBLEM', 'NEXT ATTEMPT', 'ID'],
    documents.map((mail) => [
      mail.createdAt,
      mail.tenant ?? undefined,
      mail.kind,
      mail.to,
      mail.status,
      mail.attempts,
      mail.problem ?? undefined,
      mail.nextAttemptAt ?? undefined,
      mail.id,
    ]),
  );
}

function readStatus(text: string): MailStatus {
  if (isStatus(text)) return text;
  throw new InvalidArgumentError(`Expected one of ${Object.keys(STATUSES).join(', ')}.`);
}

function isStatus(text: string): text is MailStatus {
  return Object.hasOwn(STATUSES, text);
}
