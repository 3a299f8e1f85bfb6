/**
 * Runs the tests: `node src/testing/run-tests.ts [--unit] [FILE or GLOB…]`.
 *
 * It starts what test files share (one PostgreSQL with a migrated template) and fetches what they
 * start themselves, runs each file in a process of its own, and ends with the line
 * `N passed, N failed`. The exit code is 0 only if tests ran and none failed.
 */
import { availableParallelism } from 'node:os';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './chromium.ts';
import { startTemplateServer, TEMPLATE_URL_VARIABLE } from './database.ts';
import { findTests, type Service, type TestFile } from './find-tests.ts';
import { findRedisServer } from './redis.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Each file is a process that loads the same modules: half of its time goes into compiling them. */
const COMPILE_CACHE = `${ROOT}.cache/compile`;
/** Milliseconds for one test file; the longest takes about a sixth of it on a machine of its own. */
const FILE_TIMEOUT_MS = 10 * 60_000;

/** Two more than processors: files wait for servers, browsers and deadlines half of their time. */
const CONCURRENCY = Math.max(2, availableParallelism()) + 2;

/** Counts at the end of a run. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

async function runFiles(files: readonly TestFile[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const tests = run({
    files: files.map((file) => file.path),
    concurrency: CONCURRENCY,
    timeout: FILE_TIMEOUT_MS,
  });
  tests.on('test:summary', ({ file, counts: seen }) => {
    // The last summary, of no file, is of them all.
    if (file !== undefined) return;
    counts.passed = seen.passed;
    counts.failed = seen.tests - seen.passed - seen.skipped - seen.todo;
    counts.skipped = seen.skipped + seen.todo;
  });
  const report = tests.compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return counts;
}

/** Starts what files share and fetches what they need; returns how to stop it. */
async function prepare(files: readonly TestFile[]): Promise<() => Promise<void>> {
  const needed = (service: Service): boolean => files.some((file) => file.needs.has(service));
  // A file that cannot have its service fails by itself, saying so.
  if (needed('redis')) await findRedisServer().catch(complain);
  if (needed('chromium')) await ensureChromium().catch(complain);
  if (!needed('database')) return async () => undefined;
  const server = await startTemplateServer();
  process.env[TEMPLATE_URL_VARIABLE] = server.templateUrl;
  return () => server.stop();
}

function complain(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}

if (import.meta.main) {
  const words = process.argv.slice(2);
  const patterns = words.filter((word) => word !== '--unit');
  const found = await findTests(ROOT, patterns.length > 0 ? patterns : ['src/**/*.test.ts']);
  const files = words.includes('--unit') ? found.filter((file) => file.needs.size === 0) : found;
  process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;
  const stop = await prepare(files);
  let counts: Counts;
  try {
    counts = await runFiles(files);
  } finally {
    await stop();
  }
  const { passed, failed, skipped } = counts;
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  const more = skipped > 0 ? `, ${skipped} skipped` : '';
  process.stdout.write(`${passed} passed, ${failed} failed${more}\n`);
}
