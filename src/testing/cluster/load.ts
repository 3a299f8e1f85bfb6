import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const AT_ONCE = 4;
const PAUSE_MS = 20;
const ANSWER_MS = 10_000;

/** What came of the requests of a while. */
export interface LoadResult {
  readonly requests: number;
  /** What went wrong, each with its time; empty when nothing did. */
  readonly failures: readonly string[];
}

/**
 * Asks for the discovery document again and again, as clients behind a proxy do, each time on a new
 * connection and never twice for the same answer.
 *
 * @param address - of a Service
 * @param issuer - that the answer has to be of
 */
export function startLoad(address: string, issuer: string): { stop(): Promise<LoadResult> } {
  let requests = 0;
  const failures: string[] = [];
  const stopping = new AbortController();
  const { host } = new URL(issuer);
  const headers = { host, 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '198.51.100.7' };
  const ask = () =>
    new Promise<string>((resolve) => {
      const options = {
        ...{ host: address, port: 80, path: '/.well-known/openid-configuration', headers },
        ...{ agent: false, signal: AbortSignal.timeout(ANSWER_MS) },
      };
      const asked = request(options, (answer) => {
        let body = '';
        answer.on('data', (chunk) => (body += chunk));
        answer.once('error', (error) => resolve(String(error)));
        answer.once('end', () => {
          const isRight = answer.statusCode === 200 && body.includes(`"${issuer}"`);
          resolve(isRight ? '' : `${answer.statusCode} ${body.slice(0, 200)}`);
        });
      });
      asked.once('error', (error) => resolve(String(error)));
      asked.end();
    });
  const client = async () => {
    while (!stopping.signal.aborted) {
      const problem = await ask();
      requests += 1;
      if (problem !== '') failures.push(`${new Date().toISOString()} ${problem}`);
      await delay(PAUSE_MS);
    }
  };
  const clients = Array.from({ length: AT_ONCE }, client);
  return {
    async stop() {
      stopping.abort();
      await Promise.all(clients);
      return { requests, failures };
    },
  };
}
