import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createLogger } from '../../telemetry/create-logger.ts';
import { startDeployment } from '../gatehouse.ts';
import { type Delivery, runFluentBit } from '../monitoring/fluent-bit.ts';
import { pollUntil } from '../poll.ts';
import { startNginx } from '../replicas/nginx.ts';
import { ROOT, type Trial } from './trial.ts';

const FILE = 'deploy/fluent-bit/fluent-bit.yaml';
/** Where Docker cuts a line. */
const DOCKER_LINE = 16 * 1024;
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PATHS = ['/jwks', '/.well-known/openid-configuration', '/nothing-is-here'];

/** One event as Seq takes it. */
type ClefEvent = Readonly<Record<string, unknown>>;

/** What replicas and nginx print while they serve, line by line. */
async function realLines(): Promise<{ app: string[]; nginx: readonly string[] }> {
  const printed = new PassThrough();
  const app = text(printed);
  const logger = createLogger({ level: 'debug', production: true, destination: printed });
  const deployment = await startDeployment({ logger });
  const nginx = await startNginx(deployment.replicas.map(({ url }) => Number(new URL(url).port)));
  try {
    for (const path of PATHS) {
      await fetch(`http://127.0.0.1:${nginx.port}${path}`);
    }
    const cause = new Error('a cause', { cause: 'x'.repeat(100) });
    logger.error('something is wrong', {
      trace_id: TRACE_ID,
      error: new Error('of which nobody knows', { cause }),
    });
    // nginx writes a line when the answer has left it; the last one may still be on its way.
    const logged = await pollUntil(
      async () => {
        const lines = await nginx.accessLog();
        return lines.length >= PATHS.length && lines;
      },
      { deadlineMs: 10_000 },
    );
    printed.end();
    return { app: (await app).split('\n').filter((line) => line !== ''), nginx: logged };
  } finally {
    await nginx.stop();
    await deployment.stop();
  }
}

/** As Docker's log driver `json-file` writes it, cut into parts. */
function asDockerWrites(line: string, tag: string | undefined, stream = 'stdout'): string[] {
  const whole = `${line}\n`;
  const parts: string[] = [];
  for (let at = 0; at < whole.length; at += DOCKER_LINE) {
    parts.push(whole.slice(at, at + DOCKER_LINE));
  }
  return parts.map((log) =>
    JSON.stringify({
      log,
      stream,
      ...(tag === undefined ? {} : { attrs: { tag } }),
      time: '2026-01-31T12:00:00.123456789Z',
    }),
  );
}

/** What Seq asks of an event; throws when it would refuse it. */
function readClef({ path, headers, body }: Delivery): ClefEvent[] {
  if (path !== '/ingest/clef') throw new Error(`sent to ${path}`);
  if (headers['Content-Type'] !== 'application/vnd.serilog.clef') throw new Error('content type');
  return body.split('\n').flatMap((line) => (line === '' ? [] : [checkEvent(JSON.parse(line))]));
}

function checkEvent(event: ClefEvent): ClefEvent {
  const problem = (what: string) => new Error(`${what}: ${JSON.stringify(event).slice(0, 500)}`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/.test(String(event['@t']))) throw problem('no time');
  if ('@m' in event === '@mt' in event) throw problem('not one message');
  for (const name of ['@l', '@m', '@mt', '@tr', '@sp']) {
    if (name in event && typeof event[name] !== 'string') throw problem(`${name} is no text`);
  }
  if ('@tr' in event && !/^[0-9a-f]{32}$/.test(String(event['@tr']))) throw problem('no trace id');
  if ('log' in event || 'attrs' in event) throw problem('not understood');
  if (typeof event.container !== 'string') throw problem('of which container?');
  return event;
}

function expectAll(what: string, given: number, found: number): void {
  if (given !== found) throw new Error(`of ${given} ${what} ${found} arrived`);
}

/** Configuration of Fluent Bit, on real lines. */
export const FLUENT_BIT: readonly Trial[] = [
  {
    artefact: 'fluent-bit',
    how: 'real lines of a replica and nginx, in Docker’s form, through its parsers and filters by an engine of ours: Fluent Bit is in none of the registries here',
    covers: ['deploy/fluent-bit'],
    async run() {
      const { app, nginx } = await realLines();
      const strays = ['node:internal/process/promises:394', 'x'.repeat(3 * DOCKER_LINE)];
      const lines = [
        ...app.flatMap((line) => asDockerWrites(line, 'gatehouse.app')),
        ...strays.flatMap((line) => asDockerWrites(line, 'gatehouse.app', 'stderr')),
        ...nginx.flatMap((line) => asDockerWrites(line, 'gatehouse.nginx')),
        ...asDockerWrites('LOG:  checkpoint starting: time', 'gatehouse.postgres', 'stderr'),
        ...asDockerWrites('{"somebody":"else"}', undefined),
        ...asDockerWrites('somebody else', 'somebody-else'),
      ];
      const configuration = await readFile(join(ROOT, FILE), 'utf8');
      const sent = runFluentBit(configuration, lines, () => new Date());
      const events = sent.filter(({ plugin }) => plugin === 'http').flatMap(readClef);
      const whole = events.filter((event) => String(event['@m']).length > 3 * DOCKER_LINE);
      expectAll('lines that Docker cut', 1, whole.length);
      const of = (name: string) =>
        events.filter(({ container }) => container === `gatehouse.${name}`);
      const others = sent.find(({ plugin }) => plugin === 'null')?.records ?? 0;
      expectAll('lines of a replica', app.length + strays.length, of('app').length);
      expectAll('lines of nginx', nginx.length, of('nginx').length);
      expectAll('lines of others', 2, others);
      expectAll(
        'lines in all',
        app.length + strays.length + nginx.length + 3,
        events.length + others,
      );

      const shown = of('app').filter((event) => '@mt' in event);
      expectAll(
        'lines of JSON with their level',
        app.length,
        shown.filter((e) => '@l' in e).length,
      );
      const times = new Set(app.map((line) => JSON.parse(line).time));
      expectAll(
        'times that are the lines’ own',
        shown.length,
        shown.filter((e) => times.has(e['@t'])).length,
      );
      const requests = new Map(shown.map((event) => [event.request_id, event]));
      const joined = of('nginx').filter(({ request_id: id }) => requests.has(id));
      expectAll('requests of nginx in the replica’s lines', nginx.length, joined.length);
      const traced = joined.filter((event) => event['@tr'] === event.request_id);
      expectAll('requests of nginx with their trace', nginx.length, traced.length);
      const own = shown.filter((event) => event['@tr'] === TRACE_ID);
      expectAll('lines of a trace', 1, own.length);
      return `${events.length} lines of ours arrive, all there are, ${joined.length} requests joined by request_id; ${others} of others do not`;
    },
  },
];
