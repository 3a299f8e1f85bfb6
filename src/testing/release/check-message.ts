/** `node src/testing/release/check-message.ts FILE`: the hook `commit-msg` of `.ci/hooks`. */
import { readFile } from 'node:fs/promises';
import { problemsOf } from './conventional-commits.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('which file holds the message?');
for (const problem of problemsOf(await readFile(file, 'utf8'))) {
  process.stderr.write(`commit message: ${problem}\n`);
  process.exitCode = 1;
}
