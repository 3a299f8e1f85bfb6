import { dirname, join } from 'node:path';

/** A file of settings where a container finds it. */
interface PlacedFile {
  readonly path: string;
  readonly text: string;
}

/**
 * What files of PostgreSQL's settings include and nobody has put beside them: the server would not
 * start.
 *
 * @returns a sentence for each
 */
export function includeProblems(files: readonly PlacedFile[]): string[] {
  const there = files.map(({ path }) => path);
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(/^include = '([^'/]+)'/gm)]
      .map(([, name = '']) => join(dirname(path), name))
      .filter((included) => !there.includes(included))
      .map((included) => `${path} includes ${included}, which is not there`),
  );
}

/** What templates of nginx's image are to be filled in with and nobody says. */
export function templateProblems(
  files: readonly PlacedFile[],
  environment: Readonly<Record<string, string>>,
): string[] {
  // The image finds the DNS servers by itself.
  const known = [...Object.keys(environment), 'NGINX_LOCAL_RESOLVERS'];
  return files
    .filter(({ path }) => path.startsWith('/etc/nginx/templates/'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\$\{(\w+)\}/g)]
        .filter(([, name = '']) => !known.includes(name))
        .map(([, name]) => `nothing says ${name} of ${path}`),
    );
}
