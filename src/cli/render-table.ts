import { printable } from '../seeds/printable.ts';

/** A cell; undefined shows as `-`. */
export type Cell = string | number | boolean | undefined;

/**
 * Rows under headings, in columns as wide as their widest cell, for people to read.
 *
 * @returns one line per row, without a line break at the end
 */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const lines = [headings, ...rows.map((row) => row.map(cellText))];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => [...(line[column] ?? '')].length)),
  );
  return lines
    .map((line) =>
      line
        .map((text, column) => text + ' '.repeat((widths[column] ?? 0) - [...text].length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one pair per line. */
export function renderFields(fields: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `${name.padEnd(width)}  ${cellText(value)}`).join('\n');
}

function cellText(cell: Cell): string {
  return cell === undefined || cell === '' ? '-' : printable(String(cell));
}
