/** What every request of a load came to, and what that says of the time in which a fault was. */
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { buffer } from 'node:stream/consumers';

/** One request, from the moment it was sent. */
export interface Sample {
  /** Milliseconds of the process's own clock. */
  readonly at: number;
  readonly ms: number;
  /** `ok` is every answer that means what it says, refusals by the protocol too. */
  readonly outcome: 'ok' | '503' | '5xx' | 'limited' | 'reset' | 'timeout';
}

/** Longest that a client waits; nothing in the deployment may take so long. */
const PATIENCE_MS = 30_000;

interface Sampler {
  /**
   * A client of its own, at an address of its own in 127.0.0.0/8: limits count by address. It keeps
   * its connections, and follows no redirect.
   */
  fetchFrom(localAddress: string): typeof fetch;
  readonly samples: readonly Sample[];
}

/** Sends requests, and writes down what became of each. */
export function createSampler(): Sampler {
  const samples: Sample[] = [];
  return {
    samples,
    fetchFrom(localAddress) {
      const agent = new Agent({ keepAlive: true, localAddress, family: 4 });
      return async (input, init) => {
        const sent = new Request(input, init);
        const body = Buffer.from(await sent.arrayBuffer());
        const at = performance.now();
        const note = (outcome: Sample['outcome']) => {
          samples.push({ at, ms: performance.now() - at, outcome });
        };
        try {
          const answer = await exchange(agent, sent, body);
          note(outcomeOf(answer.status));
          return answer;
        } catch (error) {
          note(error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'reset');
          throw error;
        }
      };
    },
  };
}

function exchange(agent: Agent, { url, method, headers }: Request, body: Buffer) {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const length = body.length === 0 ? {} : { 'content-length': String(body.length) };
  const onward = request(
    url,
    {
      agent,
      method,
      headers: { ...Object.fromEntries(headers), ...length },
      signal: AbortSignal.timeout(PATIENCE_MS),
    },
    (answer) => {
      buffer(answer).then((received) => {
        const { statusCode: status = 0 } = answer;
        const named = new Headers();
        for (const [name, value] of Object.entries(answer.headers)) {
          for (const one of [value ?? []].flat()) named.append(name, one);
        }
        const empty = [204, 304].includes(status);
        resolve(new Response(empty ? null : new Uint8Array(received), { status, headers: named }));
      }, reject);
    },
  );
  onward.once('error', reject);
  onward.end(body);
  return promise;
}

function outcomeOf(status: number): Sample['outcome'] {
  if (status === 503) return '503';
  if (status === 429) return 'limited';
  return status >= 500 ? '5xx' : 'ok';
}

/** What a stretch of time looked like to the clients. */
export interface Stretch {
  readonly requests: number;
  readonly failed: Readonly<Partial<Record<Exclude<Sample['outcome'], 'ok'>, number>>>;
  /** Milliseconds of requests that succeeded. */
  readonly p50: number;
  readonly p99: number;
  /** Longest time in which no request succeeded. */
  readonly gapMs: number;
}

/** @param from - and `to`: of the process's own clock; requests that began in between */
export function stretchOf(samples: readonly Sample[], from: number, to: number): Stretch {
  const within = samples.filter(({ at }) => at >= from && at < to);
  const good = within.filter(({ outcome }) => outcome === 'ok');
  const failed: Partial<Record<string, number>> = {};
  for (const { outcome } of within) {
    if (outcome !== 'ok') failed[outcome] = (failed[outcome] ?? 0) + 1;
  }
  const times = good.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const answered = good.map(({ at, ms }) => at + ms).toSorted((a, b) => a - b);
  const moments = [from, ...answered.filter((at) => at < to), to];
  const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? from));
  return {
    requests: within.length,
    failed,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    gapMs: Math.max(0, ...gaps),
  };
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
