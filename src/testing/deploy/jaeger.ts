import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startProgram } from '../monitoring/programs.ts';
import { pollUntil } from '../poll.ts';
import { NotToBeHad, ROOT, runProgram, type Trial } from './trial.ts';

const FILE = 'deploy/jaeger/jaeger.yml';
const COMPOSE = 'docker-compose.monitoring.yml';
const MODULE = 'github.com/jaegertracing/jaeger/cmd/jaeger';
/** Of the module; the program calls itself 2.13.0, as its image is called that Compose has. */
const VERSION = 'v1.76.0';
const IMAGE = 'jaegertracing/jaeger:2.13.0';
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const DEADLINE_MS = 20_000;

/**
 * Jaeger, built from its module: one that says `replace`, so it has to be somebody's requirement. It
 * takes Go seven minutes of processor time, once: so only where somebody asks for it.
 */
async function jaeger(): Promise<string> {
  const directory = join(ROOT, '.cache/go-tools', `jaeger@${VERSION}`);
  const program = join(directory, 'jaeger');
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (isThere) return program;
  if (process.env.CHECK_JAEGER !== 'build') {
    throw new NotToBeHad(
      `jaeger ${VERSION}: it takes seven minutes to build, once; CHECK_JAEGER=build does it`,
    );
  }
  const work = join(directory, 'module');
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
  try {
    await mkdir(work, { recursive: true });
    await writeFile(join(work, 'go.mod'), 'module tools\n');
    await runProgram('go', ['get', '-tool', `${MODULE}@${VERSION}`], { cwd: work, env });
    await runProgram('go', ['build', '-o', program, MODULE], { cwd: work, env });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotToBeHad(`jaeger ${VERSION}, built by Go: ${reason}`, { cause: error });
  }
  return program;
}

/** A span as OTLP has it in JSON. */
function span(): unknown {
  const now = BigInt(Date.now()) * 1_000_000n;
  const resource = {
    attributes: [{ key: 'service.name', value: { stringValue: 'gatehouse' } }],
  };
  const spans = [
    {
      traceId: TRACE_ID,
      spanId: 'b7ad6b7169203331',
      name: 'POST /token',
      kind: 2,
      startTimeUnixNano: String(now - 20_000_000n),
      endTimeUnixNano: String(now),
    },
  ];
  return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
}

/** Where traces go. */
export const JAEGER: readonly Trial[] = [
  {
    artefact: 'jaeger',
    how: 'jaeger validate, and a span in over OTLP, out by its API, of a Jaeger built from its module',
    covers: ['deploy/jaeger'],
    async run() {
      const compose = await readFile(join(ROOT, COMPOSE), 'utf8');
      if (!compose.includes(`${IMAGE}}`)) throw new Error(`${COMPOSE} has another than ${IMAGE}`);
      const command = await jaeger();
      const data = await mkdtemp(join(tmpdir(), 'gatehouse-jaeger-'));
      const env = {
        PATH: process.env.PATH ?? '',
        JAEGER_DATA: data,
        JAEGER_LISTEN_HOST: '127.0.0.1',
      };
      try {
        await runProgram(command, ['validate', `--config=${FILE}`], { env });
        const otlp = await freePort();
        const others = await Promise.all([freePort(), freePort(), freePort()]);
        const set = (path: string, port: number) => `--set=${path}=127.0.0.1:${port}`;
        const program = await startProgram({
          command,
          args: (port) => [
            `--config=${join(ROOT, FILE)}`,
            set('receivers.otlp.protocols.http.endpoint', otlp),
            set('receivers.otlp.protocols.grpc.endpoint', others[0]),
            set('extensions.healthcheckv2.http.endpoint', others[1]),
            set('extensions.jaeger_query.grpc.endpoint', others[2]),
            set('extensions.jaeger_query.http.endpoint', port),
            '--set=service.telemetry.metrics.level=none',
          ],
          env,
          ready: '/api/services',
        });
        try {
          const body = JSON.stringify(span());
          const headers = { 'Content-Type': 'application/json' };
          const send = () =>
            fetch(`http://127.0.0.1:${otlp}/v1/traces`, { method: 'POST', headers, body });
          // It answers questions before it listens for spans.
          const sent = await pollUntil(send, {
            deadlineMs: DEADLINE_MS,
          });
          if (!sent.ok) throw new Error(`it took no span: ${sent.status} ${await sent.text()}`);
          const found = await pollUntil(
            async () => {
              const answer = await fetch(`${program.url}/api/traces/${TRACE_ID}`);
              return answer.ok && (await answer.text());
            },
            { deadlineMs: DEADLINE_MS, everyMs: 100 },
          );
          if (!found.includes('POST /token')) throw new Error(`another span: ${found}`);
          return 'valid; a span came out as it went in';
        } finally {
          await program.stop();
        }
      } finally {
        await rm(data, { recursive: true, force: true });
      }
    },
  },
];
