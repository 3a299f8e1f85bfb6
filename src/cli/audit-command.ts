import { type Command, InvalidArgumentError } from 'commander';
import type { AuditEventKind, RecordedAuditEvent } from '../audit/audit-event.ts';
import { closestName } from '../seeds/closest-name.ts';
import { wholeOption } from './parse-options.ts';
import { renderTable } from './render-table.ts';
import type { ActionMaker } from './run-command.ts';
import { slugsOf, tenantOf } from './tenant-option.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

/** Every kind there is: the compiler refuses this table when one is missing. */
const KINDS: Readonly<Record<AuditEventKind, true>> = {
  'sign_in.succeeded': true,
  'sign_in.failed': true,
  'sign_in.throttled': true,
  'passkey.added': true,
  'passkey.removed': true,
  'passkey.renamed': true,
  'passkey.used': true,
  'passkey.failed': true,
  'passkey.clone_suspected': true,
  'session.ended': true,
  'backchannel_logout.delivered': true,
  'backchannel_logout.failed': true,
  'consent.granted': true,
  'consent.refused': true,
  'consent.withdrawn': true,
  'application.access_denied': true,
  'token.issued': true,
  'token.refused': true,
  'token.revoked': true,
  'grant.revoked': true,
  'authorization_code.replayed': true,
  'refresh_token.reused': true,
  'client.authentication_failed': true,
  'client.deleted': true,
  'client.disabled': true,
  'client.enabled': true,
  'client.secret_rotated': true,
  'account.created': true,
  'account.registered': true,
  'account.invited': true,
  'account.uninvited': true,
  'account.email_confirmed': true,
  'account.email_change_requested': true,
  'account.email_changed': true,
  'account.email_change_refused': true,
  'account.email_change_cancelled': true,
  'account.disabled': true,
  'account.enabled': true,
  'account.data_exported': true,
  'account.deleted': true,
  'account.released': true,
  'account.profile_changed': true,
  'account.password_reset_requested': true,
  'account.password_reset_throttled': true,
  'account.password_changed': true,
  'upstream.linked': true,
  'upstream.unlinked': true,
  'upstream.sign_in_failed': true,
  'upstream.deleted': true,
  'upstream.disabled': true,
  'upstream.enabled': true,
  'second_factor.added': true,
  'second_factor.removed': true,
  'second_factor.used': true,
  'second_factor.failed': true,
  'second_factor.throttled': true,
  'second_factor.reset': true,
  'recovery_codes.created': true,
  'recovery_codes.used': true,
  'browser.remembered': true,
  'browser.forgotten': true,
  'email_code.requested': true,
  'email_code.used': true,
  'email_code.failed': true,
  'email_code.throttled': true,
  'keys.created': true,
  'keys.rotated': true,
  'keys.resealed': true,
  'keys.compromised': true,
  'mail.bounced': true,
  'mail.failed': true,
  'mail.retried': true,
  'tenant.exported': true,
  'tenant.imported': true,
  'tenant.import_discarded': true,
  'tenant.sign_out_begun': true,
  'tenant.signed_out': true,
  'application.deleted': true,
  'role.deleted': true,
  'group.deleted': true,
  'tenant.disabled': true,
  'tenant.enabled': true,
  'seed.applied': true,
};

interface Options {
  readonly tenant?: string;
  readonly kind?: readonly AuditEventKind[];
  readonly subject?: string;
  readonly before?: string;
  readonly limit: number;
}

/** `gatehouse audit list` */
export function addAuditCommands(program: Command, act: ActionMaker): void {
  const audit = program
    .command('audit')
    .summary('what happened: sign-ins, tokens, changes')
    .description(
      'Audit events say who did what, on what, when and from where. They are never changed.',
    );

  audit
    .command('list')
    .summary('events, newest first')
    .description('Lists audit events, newest first, of one tenant or of all.')
    .option('-t, --tenant <slug>', 'only events of this tenant')
    .option(
      '-k, --kind <kind...>',
      'only events of these kinds, such as sign_in.failed',
      collectKind,
    )
    .option('--subject <id>', 'only events on this account, client or other id')
    .option('--before <id>', 'go on after this event of an earlier page')
    .option(
      '--limit <n>',
      `at most so many, up to ${MAX_LIMIT}`,
      wholeOption(1, MAX_LIMIT),
      DEFAULT_LIMIT,
    )
    .addHelpText(
      'after',
      `
Kinds:
${kindLines()}

Examples:
  gatehouse audit list --tenant acme --limit 20
  gatehouse audit list --kind sign_in.failed sign_in.throttled
  gatehouse audit list --json | jq '.[].kind'`,
    )
    .action(
      act<Options>(async (run, _args, options) => {
        const context = await run.open();
        const { tenant: slug, kind: kinds, subject: subjectId, before, limit } = options;
        const tenant = slug === undefined ? undefined : await tenantOf(context, slug);
        const events = await context.audit.list({
          ...(tenant === undefined ? {} : { tenantId: tenant.id }),
          ...(kinds === undefined ? {} : { kinds }),
          ...(subjectId === undefined ? {} : { subjectId }),
          ...(before === undefined ? {} : { before }),
          limit,
        });
        const slugs = await slugsOf(context, events);
        const slugOf = (event: RecordedAuditEvent) => slugs.get(event.tenantId ?? '');
        const more =
          events.length === limit
            ? `\n\nThere may be more: --before ${events.at(-1)?.id ?? ''}`
            : '';
        run.print(
          events.map((event) => ({ ...event, tenant: slugOf(event) ?? null })),
          events.length === 0 ? 'No such events.' : `${tableOf(events, slugOf)}${more}`,
        );
        return undefined;
      }),
    );
}

function tableOf(
  events: readonly RecordedAuditEvent[],
  slugOf: (event: RecordedAuditEvent) => string | undefined,
): string {
  return renderTable(
    ['TIME', 'TENANT', 'KIND', 'OUTCOME', 'BY', 'ON', 'CLIENT', 'FROM'],
    events.map((event) => [
      event.at.toISOString(),
      slugOf(event),
      event.kind,
      event.outcome,
      event.actor.id === undefined ? event.actor.type : `${event.actor.type} ${event.actor.id}`,
      event.subject === undefined ? undefined : `${event.subject.type} ${event.subject.id}`,
      event.clientId,
      event.address,
    ]),
  );
}

/** The kinds for the help, a line per subject. */
function kindLines(): string {
  const bySubject = Map.groupBy(Object.keys(KINDS), (kind) => kind.split('.')[0]);
  const lines = [...bySubject.values()].map((kinds) => kinds.join(', '));
  return lines.map((line) => `  ${line.replace(/(.{60,}?,) /g, '$1\n    ')}`).join('\n');
}

function collectKind(text: string, before: readonly AuditEventKind[] = []): AuditEventKind[] {
  if (isKind(text)) return [...before, text];
  const guess = closestName(text, Object.keys(KINDS));
  throw new InvalidArgumentError(
    guess === undefined ? 'There is no such kind; --help lists them.' : `Did you mean ${guess}?`,
  );
}

function isKind(text: string): text is AuditEventKind {
  return Object.hasOwn(KINDS, text);
}
