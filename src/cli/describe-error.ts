import { ConfigurationError } from '../config/configuration-error.ts';
import { GatehouseError } from '../errors.ts';
import { printable } from '../seeds/printable.ts';
import { SeedInvalidError } from '../seeds/seed-problem.ts';

export interface ErrorStyle {
  /** One JSON document instead of lines. */
  readonly json: boolean;
  /** With the stack. */
  readonly debug: boolean;
}

/**
 * An error as the CLI prints it: one line that begins with `error:`, after one line per problem
 * when there are several. As JSON: `{ "error": { code, message, problems } }`.
 *
 * @returns whole lines
 */
export function describeError(error: unknown, style: ErrorStyle): string {
  const stack = style.debug && error instanceof Error ? error.stack : undefined;
  if (style.json) {
    const document = {
      code: error instanceof GatehouseError ? error.code : 'unexpected',
      message: messageOf(error),
      ...problemsOf(error),
      ...(stack === undefined ? {} : { stack }),
    };
    return `${JSON.stringify({ error: document }, null, 2)}\n`;
  }
  const lines = [...detailsOf(error), `error: ${messageOf(error)}`];
  return `${[...lines.map(printable), ...(stack === undefined ? [] : [stack])].join('\n')}\n`;
}

/** One line, whatever was thrown. */
function messageOf(error: unknown): string {
  if (error instanceof SeedInvalidError) {
    const { length } = error.problems;
    return `${length === 1 ? 'a problem' : `${length} problems`} in the seed files; nothing was changed`;
  }
  if (error instanceof ConfigurationError) {
    const { length } = error.problems;
    return `${length === 1 ? 'a problem' : `${length} problems`} in the configuration; nothing was started`;
  }
  if (error instanceof GatehouseError) {
    const cause = error.expose ? '' : causeOf(error.cause);
    return `${error.message.split('\n').join(' ')}${cause}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').join(' ');
}

/** What the driver said: an operator may read it, and it is what helps. */
function causeOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return causeOf(cause.errors[0]);
  return cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
}

function detailsOf(error: unknown): string[] {
  if (error instanceof SeedInvalidError) return error.message.split('\n');
  if (!(error instanceof ConfigurationError)) return [];
  return error.problems.map(
    ({ name, expected, found }) => `${name}: expected ${expected}; found ${found}`,
  );
}

function problemsOf(error: unknown): { problems?: readonly object[] } {
  if (error instanceof ConfigurationError) return { problems: error.problems };
  if (!(error instanceof SeedInvalidError)) return {};
  return { problems: error.problems.map(({ place, message }) => ({ ...place, message })) };
}
