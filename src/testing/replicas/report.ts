import type { Stretch } from './samples.ts';

/** What one fault came to. */
export interface Row {
  readonly fault: string;
  readonly allowed: string;
  readonly before: Stretch;
  readonly during: Stretch;
  readonly after: Stretch;
  /** Sessions, tokens (those that were refused, too) and flows. */
  readonly lost: number;
  readonly duplicated: number;
  readonly passed: boolean;
}

/** Prints the table, as Markdown, and what harm there was. */
export function printReport(rows: readonly Row[], harm: readonly string[]): void {
  const heads = [
    'fault',
    'requests',
    'failed',
    'allowed to fail',
    'longest gap, ms',
    'p50 before/during/after, ms',
    'p99, ms',
    'lost',
    'duplicated',
    '',
  ];
  const lines = rows.map((row) => [
    row.fault,
    String(row.during.requests),
    failuresOf(row.during),
    row.allowed,
    String(Math.round(row.during.gapMs)),
    threeOf(row, 'p50'),
    threeOf(row, 'p99'),
    String(row.lost),
    String(row.duplicated),
    row.passed ? 'held' : 'BROKEN',
  ]);
  const table = [heads, heads.map(() => '---'), ...lines];
  process.stdout.write(`\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n`);
  for (const line of harm) process.stdout.write(`harm: ${line}\n`);
  const passed = rows.filter((row) => row.passed).length;
  process.stdout.write(`${passed} passed, ${rows.length - passed} failed\n`);
}

function failuresOf({ failed }: Stretch): string {
  const kinds = Object.entries(failed).map(([outcome, count]) => `${count} × ${outcome}`);
  return kinds.length === 0 ? '0' : kinds.join(', ');
}

function threeOf({ before, during, after }: Row, part: 'p50' | 'p99'): string {
  return [before, during, after].map((stretch) => Math.round(stretch[part])).join(' / ');
}
