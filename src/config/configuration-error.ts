import { GatehouseError } from '../errors.ts';

/** One thing wrong with the environment. Never holds the value of a secret. */
export interface ConfigurationProblem {
  /** The variable, as it must be written. */
  readonly name: string;
  /** Completes "expected …". */
  readonly expected: string;
  /** Completes "found …". */
  readonly found: string;
}

/**
 * The environment cannot be used as it is. Carries every problem at once, so that one look is
 * enough to mend them all; nothing has been started. The process exits with 78 (EX_CONFIG).
 */
export class ConfigurationError extends GatehouseError {
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(
      ({ name, expected, found }) => `  ${name}: expected ${expected}; found ${found}`,
    );
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super('configuration_invalid', [`configuration: ${count}`, ...lines].join('\n'), {
      expose: false,
    });
    this.problems = Object.freeze([...problems]);
  }
}
