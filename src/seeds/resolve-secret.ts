import type { SecretSource } from './read-secret.ts';
import { readSecretFile } from './secret-file.ts';
import type { SeedProblem } from './seed-problem.ts';

/**
 * Fetches a secret from where a seed file says it is.
 *
 * @param deps.readEnv - an environment variable, as it is
 * @returns undefined when there is none; the problem is in `problems` and never shows the value
 */
export async function resolveSecret(
  deps: { readonly readEnv: (name: string) => string | undefined },
  source: SecretSource,
  problems: SeedProblem[],
): Promise<string | undefined> {
  const fail = (message: string): undefined => {
    problems.push({ place: source.place, message });
  };
  switch (source.from) {
    case 'value':
      return source.value;
    case 'env': {
      const value = deps.readEnv(source.name);
      if (value !== undefined && value !== '') return value;
      const found = value === '' ? 'empty' : 'unset';
      return fail(`expected the environment variable ${source.name} to hold it, found it ${found}`);
    }
    case 'file': {
      const read = await readSecretFile(source.path);
      if (read.kind === 'content') return read.value;
      return fail(`expected a file that holds it, found ${read.found}`);
    }
  }
}
