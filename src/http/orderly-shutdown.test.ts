import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pollUntil } from '../testing/poll.ts';
import { rawRequest } from '../testing/serve-app.ts';
import { silentLogger } from '../testing/silent-logger.ts';
import type { StoppingProcessOptions } from '../testing/stopping-process.ts';
import { createHttpServer, listen } from './create-http-server.ts';
import { createHealth } from './health.ts';
import { arrangeShutdown } from './orderly-shutdown.ts';

const SCRIPT = fileURLToPath(new URL('../testing/stopping-process.ts', import.meta.url));

async function start(options: Partial<StoppingProcessOptions>) {
  const all = { timeoutSeconds: 20, delaySeconds: 0, release: 'works', ...options };
  const child: ChildProcess = fork(SCRIPT, [JSON.stringify(all)], { silent: true });
  const exited = once(child, 'exit');
  const log = child.stdout === null ? Promise.resolve('') : text(child.stdout);
  const [{ port }] = await once(child, 'message');
  return {
    child,
    port: Number(port),
    /** Exit code, and the messages of the log. */
    async outcome() {
      const [code, signal] = await exited;
      const lines = (await log)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      return { code, signal, messages: lines.map((line) => String(line.message)), lines };
    },
    /** A request that stays in flight until `child.send` lets it end. */
    async slowRequest() {
      const waiting = once(child, 'message');
      const answer = rawRequest(Number(port), {
        path: '/slow',
        agent: new Agent({ keepAlive: true }),
      });
      await waiting;
      return { answer };
    },
  };
}

describe('arrangeShutdown', () => {
  it('goes from not ready over the last answer to exit code 0, one line for each step', async () => {
    const { child, port, outcome, slowRequest } = await start({ delaySeconds: 1 });
    const agent = new Agent({ keepAlive: true });
    const before = await rawRequest(port, { agent });
    assert.equal(before.headers.connection, 'keep-alive');
    assert.equal((await rawRequest(port, { path: '/health/ready' })).status, 200);
    const { answer: slow } = await slowRequest();

    child.kill('SIGTERM');
    await pollUntil(
      async () => (await rawRequest(port, { path: '/health/ready' })).status === 503,
      { deadlineMs: 5000 },
    );
    // Still serving, on old connections and new ones; each is told to go elsewhere next time.
    const alive = await rawRequest(port, { path: '/health/live' });
    assert.equal(alive.status, 200);
    for (const connection of [agent, new Agent({ keepAlive: true })]) {
      const during = await rawRequest(port, { agent: connection });
      assert.equal(during.body, 'served');
      assert.equal(during.headers.connection, 'close');
    }

    await pollUntil(
      () =>
        rawRequest(port).then(
          () => false,
          (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
        ),
      { deadlineMs: 5000 },
    );
    child.send('finish');
    const last = await slow;
    assert.equal(last.body, 'finished');
    assert.equal(last.headers.connection, 'close');

    const { code, messages, lines } = await outcome();
    assert.equal(code, 0);
    assert.deepEqual(messages, [
      'stopping: not ready any more',
      'stopping: no new connections, finishing requests',
      'stopping: requests finished, releasing resources',
      'stopped',
    ]);
    assert.equal(lines[1].open, 1);
    agent.destroy();
  });

  it('does not wait for idle connections', async () => {
    const { child, port, outcome } = await start({});
    const agent = new Agent({ keepAlive: true });
    await rawRequest(port, { agent });
    child.kill('SIGINT');
    assert.equal((await outcome()).code, 0);
    agent.destroy();
  });

  it('breaks off requests that do not finish in their share of the time', async () => {
    const { child, outcome, slowRequest } = await start({ timeoutSeconds: 1 });
    const { answer } = await slowRequest();
    child.kill('SIGTERM');
    await assert.rejects(answer, { code: 'ECONNRESET' });
    const { code, messages } = await outcome();
    assert.equal(code, 0);
    assert.equal(messages.at(-1), 'stopped');
  });

  it('ends with 1 when something cannot be released, or hangs until the time is over', async () => {
    const failing = await start({ release: 'fails' });
    failing.child.kill('SIGTERM');
    const failed = await failing.outcome();
    assert.equal(failed.code, 1);
    assert.match(failed.lines.at(-1).error.message, /the pool would not close/);

    const hanging = await start({ release: 'hangs', timeoutSeconds: 1 });
    hanging.child.kill('SIGTERM');
    const hung = await hanging.outcome();
    assert.equal(hung.code, 1);
    assert.equal(hung.messages.at(-1), 'stopping: out of time');
  });

  it('stops without ending the process, once, and leaves no signal handler behind', async () => {
    const counts = () => ['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal));
    const before = counts();
    const order: string[] = [];
    const server = createHttpServer((_req, res) => res.end('served'));
    const health = createHealth({ checks: {}, logger: silentLogger });
    const { stop } = arrangeShutdown(server, {
      health,
      logger: { ...silentLogger, info: (message) => order.push(message) },
      release: async () => {
        order.push('release');
      },
      timeoutSeconds: 5,
      delaySeconds: 0,
    });
    const { port } = await listen(server, { what: 'test', host: '127.0.0.1', port: 0 });
    const agent = new Agent({ keepAlive: true });
    await rawRequest(port, { agent });

    await Promise.all([stop(), stop()]);
    assert.equal((await health.ready()).status, 503);
    await assert.rejects(rawRequest(port), { code: 'ECONNREFUSED' });
    assert.deepEqual(counts(), before);
    assert.deepEqual(order, [
      'stopping: not ready any more',
      'stopping: no new connections, finishing requests',
      'stopping: requests finished, releasing resources',
      'release',
      'stopped',
    ]);
    agent.destroy();
  });

  it('releases what a start that failed had opened', async () => {
    let released = 0;
    const { stop } = arrangeShutdown(
      createHttpServer(() => undefined),
      {
        health: createHealth({ checks: {}, logger: silentLogger }),
        logger: silentLogger,
        release: async () => {
          released += 1;
        },
        timeoutSeconds: 5,
        delaySeconds: 0,
      },
    );
    await stop();
    assert.equal(released, 1);
  });
});
