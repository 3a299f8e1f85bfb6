import { readFileSync } from 'node:fs';
import type { ConfigurationProblem } from './configuration-error.ts';
import { documentationOf, VARIABLE_NAMES, type VariableName } from './variables.ts';

/** The environment as found: strings only, nothing validated yet. */
export interface RawEnvironment {
  readonly values: Readonly<Partial<Record<VariableName, string>>>;
  readonly problems: readonly ConfigurationProblem[];
}

/**
 * What Kubernetes and Docker links set on their own for a service called `gatehouse` or
 * `gatehouse-…`; not a misspelt setting of ours.
 */
const SERVICE_LINKS = /^GATEHOUSE_([A-Z0-9_]+_)?(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP|SCTP))/;
const SERVICE_LINK_ADDRESS = /^(tcp|udp|sctp):\/\//;

/**
 * Reads every variable of the table, as NAME or from the file that NAME_FILE names (one trailing
 * newline is dropped). An empty variable counts as not set.
 *
 * Problems are collected, not thrown: both forms set, a file that cannot be read or is empty, and
 * `GATEHOUSE_*` names, which nothing here reads.
 *
 * @param env - the process's environment unless a test passes its own
 */
export function readEnv(env: NodeJS.ProcessEnv = process.env): RawEnvironment {
  const values: Partial<Record<VariableName, string>> = {};
  const problems: ConfigurationProblem[] = [];

  for (const name of VARIABLE_NAMES) {
    const direct = env[name] || undefined;
    const path = env[`${name}_FILE`] || undefined;
    if (path === undefined) {
      if (direct !== undefined) values[name] = direct;
    } else if (direct !== undefined) {
      problems.push({ name, expected: `either ${name} or ${name}_FILE`, found: 'both' });
    } else {
      const file = readValueFile(path);
      if ('value' in file) values[name] = file.value;
      else problems.push({ name: `${name}_FILE`, expected: 'a readable file', found: file.found });
    }
  }
  return { values, problems: [...problems, ...strangers(env)] };
}

function readValueFile(path: string): { value: string } | { found: string } {
  try {
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? { found: `${path}, which is empty` } : { value };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { found: `${path} (${code})` };
  }
}

function strangers(env: NodeJS.ProcessEnv): ConfigurationProblem[] {
  return Object.entries(env)
    .filter(([name, value]) => {
      if (!name.startsWith('GATEHOUSE_') || SERVICE_LINKS.test(name)) return false;
      return !(name.endsWith('_PORT') && SERVICE_LINK_ADDRESS.test(value ?? ''));
    })
    .map(([name]) => {
      const meant = name.slice('GATEHOUSE_'.length);
      const known = VARIABLE_NAMES.find((candidate) => meant.replace(/_FILE$/, '') === candidate);
      return {
        name,
        expected:
          known === undefined
            ? `no variable of this name (${documentationHint()})`
            : `${meant}, without a prefix`,
        found: 'it set',
      };
    });
}

function documentationHint(): string {
  return `.env.example lists all ${VARIABLE_NAMES.length}`;
}

/** Whether a variable was given at all, even if in a form that is a problem already reported. */
export function isGiven(raw: RawEnvironment, name: VariableName): boolean {
  return (
    raw.values[name] !== undefined ||
    raw.problems.some((problem) => problem.name === name || problem.name === `${name}_FILE`)
  );
}

/** The problem of a required variable that was not given. */
export function missing(name: VariableName, because: string): ConfigurationProblem {
  return { name, expected: `${documentationOf(name).expected} (${because})`, found: 'nothing' };
}
