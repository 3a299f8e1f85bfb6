/**
 * `npm run test:week [-- --without-artifacts]`: five weeks of traffic until everything that is kept
 * for a month has filled up, and then the week that counts: it prints what there is at the
 * end of each day, and fails when the end of the week is larger than its beginning.
 */
import { growthOver, idleRules, unnamedKeys } from './flatness.ts';
import { type Day, startSimulation } from './simulate.ts';
import { VISITS } from './visits.ts';

/** Beyond the longest that anything is kept here: mail, refresh tokens, 30 days. */
const WARM_UP_DAYS = 33;
const WEEK_DAYS = 7;
/** How often each kind of visit happens in a day. */
const TIMES_A_DAY = Number(process.env.TIMES_A_DAY ?? 3);
/** Audit events are kept for 400 days, in months. */
const AUDIT_DAYS = 400 + 31;

const simulation = await startSimulation({
  withoutArtifacts: process.argv.includes('--without-artifacts'),
});
try {
  const kinds = Array.from({ length: TIMES_A_DAY }, () => Object.keys(VISITS)).flat();
  const days: Day[] = [];
  for (let day = 0; day <= WARM_UP_DAYS + WEEK_DAYS; day += 1) {
    await simulation.live(day, kinds);
    if (day >= WARM_UP_DAYS) days.push(await simulation.look(day));
  }
  print(days);
  const { removed } = simulation;
  process.stdout.write(`removed: ${JSON.stringify(removed)}\n`);
  const problems = growthOver(days);
  problems.push(...idleRules(removed).map((rule) => `nothing was removed: ${rule}`));
  problems.push(...unnamedKeys(simulation.redisKinds).map((kind) => `not named: ${kind}`));
  problems.push(...[...simulation.endless].map((key) => `no end: ${key}`));

  const audit = days.at(-1)?.bytes.audit_events ?? 0;
  await simulation.pass(AUDIT_DAYS);
  await simulation.retain();
  const after = await simulation.look(WARM_UP_DAYS + WEEK_DAYS + AUDIT_DAYS);
  process.stdout.write(
    `audit events: ${audit} bytes, and ${after.bytes.audit_events} when 400 days and a month have passed\n`,
  );
  if ((after.rows.audit_events ?? 0) > 0) problems.push('audit events are still there');
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(
    `${kinds.length} visits a day; ${problems.length === 0 ? 'flat' : 'NOT FLAT'}\n`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await simulation.stop();
}

/** Tables that hold anything, by day: rows, and KiB. */
function print(week: readonly Day[]): void {
  const tables = Object.keys(week[0]?.rows ?? {}).filter((table) =>
    week.some(({ rows }) => (rows[table] ?? 0) > 0),
  );
  const line = (name: string, cell: (day: Day) => string) =>
    `| ${[name, ...week.map(cell)].join(' | ')} |\n`;
  process.stdout.write(line('rows (KiB)', ({ day }) => `day ${day - WARM_UP_DAYS}`));
  process.stdout.write(line('---', () => '---'));
  for (const table of tables) {
    process.stdout.write(
      line(
        table,
        ({ rows, bytes }) => `${rows[table]} (${Math.round((bytes[table] ?? 0) / 1024)})`,
      ),
    );
  }
  process.stdout.write(
    line('keys in Redis', (day) => `${day.redisKeys} (${Math.round(day.redisBytes / 1024)})`),
  );
  process.stdout.write(line('past their time', ({ backlog }) => String(backlog)));
}
