import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version in package.json, which stands above `src/` as well as above `dist/`. */
export function readVersion(): string {
  for (let directory = import.meta.dirname; directory !== dirname(directory); ) {
    directory = dirname(directory);
    try {
      const text = readFileSync(join(directory, 'package.json'), 'utf8');
      return String(JSON.parse(text).version);
    } catch {
      // Not there yet: one further up.
    }
  }
  return 'unknown';
}
