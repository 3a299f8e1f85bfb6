import { GatehouseError } from '../errors.ts';

/** Where a seed file says something. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Such as `tenants[0].applications[1].key`; empty for the whole file. */
  readonly path: string;
}

export interface SeedProblem {
  readonly place: Place;
  /** `expected …, found …`; never holds a secret value. */
  readonly message: string;
}

/** Problems that one report shows; a file with more gets a line that counts the rest. */
const SHOWN_PROBLEMS = 100;

/** Seed files that cannot be applied, with every problem that was found; nothing was changed. */
export class SeedInvalidError extends GatehouseError {
  readonly problems: readonly SeedProblem[];

  constructor(problems: readonly SeedProblem[]) {
    const sorted = [...problems].sort(byPlace);
    super('seed_invalid', describeProblems(sorted), { status: 400, expose: true });
    this.problems = sorted;
  }
}

/** One line per problem: `file:line:column path: expected …, found …`. */
export function describeProblem(problem: SeedProblem): string {
  const { file, line, column, path } = problem.place;
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${problem.message}`;
}

/** A place in words, to name a second place inside a message. */
export function describePlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

function describeProblems(problems: readonly SeedProblem[]): string {
  const lines = problems.slice(0, SHOWN_PROBLEMS).map(describeProblem);
  if (problems.length > SHOWN_PROBLEMS) {
    lines.push(`… and ${problems.length - SHOWN_PROBLEMS} more`);
  }
  return lines.join('\n');
}

function byPlace(a: SeedProblem, b: SeedProblem): number {
  if (a.place.file !== b.place.file) return a.place.file < b.place.file ? -1 : 1;
  return a.place.line - b.place.line || a.place.column - b.place.column;
}
