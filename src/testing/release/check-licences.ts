/**
 * `npm run check:licences`: what is installed in production has a licence that lets everybody use
 * and pass it on, by what the lock file says of each package.
 */
import { readFile } from 'node:fs/promises';
import { forbiddenIn, LICENCES } from './licences.ts';

const lock = JSON.parse(
  await readFile(new URL('../../../package-lock.json', import.meta.url), 'utf8'),
);
const { allowed, forbidden } = forbiddenIn(lock.packages);
for (const { name, licence } of forbidden) {
  process.stdout.write(`${name}: ${licence}, not one of ${[...LICENCES].join(', ')}\n`);
}
process.stdout.write(`${allowed} passed, ${forbidden.length} failed\n`);
process.exitCode = forbidden.length === 0 && allowed > 0 ? 0 : 1;
