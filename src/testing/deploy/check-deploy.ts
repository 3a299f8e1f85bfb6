/**
 * `npm run check:deploy [WORD…]`: tries everything that operators are given to run, by running it,
 * and prints a table of what was tried, how, and what came of it. With words: only what is called so
 * (`chosenTrials`).
 *
 * It fails when something does not hold, when something is shipped that nobody tries, and when
 * docs/deploy.md has commands that nobody runs, or that a trial says to run and does not take. What
 * cannot be tried or run here, for want of a program, it says in capitals.
 *
 * SIGINT and SIGTERM end it in order: what the trial that runs has begun ends, and is cleaned up.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { chosenTrials } from './chosen-trials.ts';
import { blocksOfManual, compareManual, TAKEN } from './manual.ts';
import { compareCoverage, shippedFiles } from './shipped-files.ts';
import { heedSignals } from './signals.ts';
import { NotToBeHad, ROOT, type Trial } from './trial.ts';
import { TRIALS } from './trials.ts';

interface Row {
  readonly trial: Trial;
  readonly outcome: 'held' | 'BROKEN' | 'SKIPPED';
  readonly seen: string;
  readonly seconds: number;
}

async function tryOne(trial: Trial): Promise<Row> {
  const since = performance.now();
  const row = (outcome: Row['outcome'], seen: string): Row => {
    const seconds = Math.round((performance.now() - since) / 1000);
    process.stdout.write(`${outcome}  ${trial.artefact}: ${trial.how} (${seconds} s)\n`);
    return { trial, outcome, seen, seconds };
  };
  try {
    return row('held', await followed(trial));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof NotToBeHad) return row('SKIPPED', reason);
    process.stdout.write(`${inspect(error)}\n`);
    return row('BROKEN', reason);
  }
}

/**
 * Tries it, and looks whether it has taken each block of the manual that it says to follow.
 *
 * @throws Error when it has not
 */
async function followed(trial: Trial): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-manual-'));
  const file = join(home, 'taken');
  process.env[TAKEN] = file;
  try {
    await writeFile(file, '');
    const seen = await trial.run();
    const taken = (await readFile(file, 'utf8')).split('\n');
    const left = (trial.follows ?? []).filter((first) => !taken.includes(first));
    if (left.length > 0) throw new Error(`says to follow, and did not: ${left.join('; ')}`);
    return seen;
  } finally {
    delete process.env[TAKEN];
    await rm(home, { recursive: true });
  }
}

function printTable(rows: readonly Row[]): void {
  const cell = (text: string) => (text.split('\n')[0] ?? '').replaceAll('|', String.raw`\|`);
  const lines = rows.map(({ trial, outcome, seen, seconds }) => {
    const files = trial.covers.length === 0 ? '' : ` (${trial.covers.join(', ')})`;
    const result = `${outcome}: ${seen} (${seconds} s)`;
    return [`${trial.artefact}${files}`, trial.how, result].map(cell);
  });
  const table = [['artefact', 'how it was tried', 'result'], ['---', '---', '---'], ...lines];
  process.stdout.write(`\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n`);
}

const signalled = heedSignals();
const trials = chosenTrials(TRIALS, process.argv.slice(2));

const covers = TRIALS.flatMap((trial) => trial.covers);
const { untried, missing } = compareCoverage(await shippedFiles(ROOT), covers);
const follows = TRIALS.flatMap((trial) => trial.follows ?? []);
const { unfollowed, missing: gone } = compareManual(await blocksOfManual(), follows);
const gaps = [
  ...untried.map((file) => `nobody tries ${file}`),
  ...missing.map((place) => `there is no ${place}`),
  ...unfollowed.map(
    (first) => `nobody runs the commands of docs/deploy.md that begin with: ${first}`,
  ),
  ...gone.map((first) => `docs/deploy.md has no commands that begin with: ${first}`),
];
for (const gap of gaps) process.stdout.write(`BROKEN  ${gap}\n`);

const rows: Row[] = [];
for (const trial of trials) {
  rows.push(await tryOne(trial));
  const code = await signalled();
  if (code !== undefined) process.exit(code);
}
printTable(rows);

const skippedBlocks = rows
  .filter(({ outcome }) => outcome === 'SKIPPED')
  .flatMap(({ trial }) => (trial.follows ?? []).map((first) => [first, trial.artefact] as const))
  .map(([first, artefact]) => [first, `${artefact} was skipped`] as const);
for (const [first, why] of skippedBlocks) {
  process.stdout.write(`NOT RUN  commands of docs/deploy.md that begin with: ${first} (${why})\n`);
}
const count = (outcome: Row['outcome']) => rows.filter((row) => row.outcome === outcome).length;
const failed = count('BROKEN') + gaps.length;
const skipped = count('SKIPPED');
process.stdout.write(
  `${count('held')} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
