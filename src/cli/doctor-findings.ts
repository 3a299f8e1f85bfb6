import { printable } from '../seeds/printable.ts';
import { describeError } from './describe-error.ts';

/** What `doctor` found in one place, and what to do about it. */
export interface Finding {
  readonly check: string;
  /** `problem`: something does not work, or will not. `warning`: it works, and should be looked at. */
  readonly status: 'ok' | 'warning' | 'problem';
  readonly message: string;
  /** What to do; absent when all is well. */
  readonly advice?: string;
}

export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message };
}

export function warning(check: string, message: string, advice: string): Finding {
  return { check, status: 'warning', message, advice };
}

export function problem(check: string, message: string, advice: string): Finding {
  return { check, status: 'problem', message, advice };
}

/** Tenants that are named one by one; there may be thousands with the same complaint. */
const NAMED = 20;

/** The first findings of many of one kind, and how many more there are. */
export function abridged(findings: readonly Finding[]): Finding[] {
  const named = findings.slice(0, NAMED);
  const [one] = findings;
  const more = findings.length - named.length;
  if (one === undefined || more === 0) return named;
  const message = `${more} more tenants like these`;
  return [...named, { ...one, message, advice: 'The same holds for each of them.' }];
}

/** The first names of many, and how many more there are. */
export function someOf(names: readonly string[], separator = ', '): string {
  const more = names.length - NAMED;
  const named = names.slice(0, NAMED).join(separator);
  return more > 0 ? `${named}${separator}and ${more} more` : named;
}

/** One line for each finding, and one more for what to do about it. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, status, message, advice }) => [
    `${status.padEnd('problem'.length)}  ${check.padEnd(width)}  ${printable(message)}`,
    ...(advice === undefined ? [] : [`${' '.repeat('problem'.length + width + 4)}→ ${advice}`]),
  ]);
  return lines.join('\n');
}

/** An error in the words of the error boundary, without its `error:`. */
export function wordsOf(error: unknown): string {
  const text = describeError(error, { json: false, debug: false });
  return text.trimEnd().replace(/^error: /, '');
}

/** Differences up to this are a clock's own, and the time that a question takes. */
const CLOCK_WARNING_SECONDS = 1;
/** Beyond this, tokens are refused as issued in the future, and codes expire too early or late. */
const CLOCK_PROBLEM_SECONDS = 5;

/**
 * Compares a server's clock with ours.
 *
 * @param asked - our time before and after the question
 */
export function clockFinding(
  check: string,
  theirs: Date,
  asked: { readonly before: Date; readonly after: Date },
): Finding {
  const ours = (asked.before.getTime() + asked.after.getTime()) / 2;
  const seconds = (theirs.getTime() - ours) / 1000;
  const size = Math.abs(seconds);
  const message = `${size.toFixed(1)} s ${seconds < 0 ? 'behind' : 'ahead of'} this machine`;
  const advice = 'Let NTP set the clocks of both machines.';
  if (size > CLOCK_PROBLEM_SECONDS) return problem(check, message, advice);
  return size > CLOCK_WARNING_SECONDS
    ? warning(check, message, advice)
    : ok(check, 'in step with this machine');
}
