import { RECORDED_OF_STRANGERS } from './bound-strangers.ts';

/** One kind of audit event, and what its comment says. */
export interface DocumentedKind {
  readonly kind: string;
  /** In one line; empty when there is no comment. */
  readonly says: string;
}

/**
 * Reads the kinds of audit events and their comments from the text of `audit-event.ts`.
 *
 * @throws TypeError when the union is not where it used to be
 */
export function documentedKinds(source: string): DocumentedKind[] {
  const [, union] = /export type AuditEventKind =\n(.*?');\n/s.exec(source) ?? [];
  if (union === undefined) throw new TypeError('no union AuditEventKind');
  return [...union.matchAll(/(?:\/\*\*(.*?)\*\/\s*)?\| '([a-z_.]+)'/gs)].map(
    ([, comment = '', kind = '']) => ({
      kind,
      says: comment
        .replace(/^\s*\*/gm, '')
        .replace(/\s+/g, ' ')
        .trim(),
    }),
  );
}

/** `docs/audit.md`, from the text of `audit-event.ts`. */
export function renderAuditMarkdown(source: string): string {
  const blocks = [
    '# Audit events',
    '<!-- Written by `npm run docs:audit` from src/audit/audit-event.ts; do not edit. -->',
    [
      'Everything that signs in, fails, grants, revokes, rotates or is administered leaves an event',
      'that is never changed: who did it (`actor`), on what (`subject`), through which client, from',
      'where, in which request, and how it ended (`outcome`). `gatehouse audit list` shows them,',
      'newest first; the metric `auth_events_total` counts them by `kind`. Months that ended over 400',
      'days ago are deleted.',
    ].join('\n'),
    [
      'Anybody can be refused tokens, as often as they ask. Of `token.refused` and',
      '`client.authentication_failed` that no authenticated client caused (a public client never is',
      `one), a replica therefore records the first ${RECORDED_OF_STRANGERS} a minute of an address (IPv4, or /64 of IPv6),`,
      'and when that minute is over the last one; its `detail.left_out` says how many in between were',
      'left out. Where those were of several tenants, it is an event of the deployment, not of a tenant.',
      'Metrics and the access log have each.',
    ].join('\n'),
  ];
  for (const [subject, kinds] of Map.groupBy(documentedKinds(source), subjectOf)) {
    const rows = kinds.map(({ kind, says }) => `| \`${kind}\` | ${says} |`);
    blocks.push(`## \`${subject}\``, ['| kind | |', '|---|---|', ...rows].join('\n'));
  }
  return `${blocks.join('\n\n')}\n`;
}

function subjectOf({ kind }: DocumentedKind): string {
  return kind.split('.')[0] ?? kind;
}
