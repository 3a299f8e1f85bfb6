import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';

const MODULE = JSON.stringify(new URL('./end-on-signal.ts', import.meta.url).href);

/** How a process of its own ends that says when it may be sent a signal. */
async function endOf(script: string, signal: 'SIGTERM' | 'SIGINT') {
  const source = `
    const { endOnSignal } = await import(${MODULE});
    setInterval(() => undefined, 1000);
    ${script}
    process.stdout.write('now');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  child.kill(signal);
  const [code, by] = await ended;
  return { code, by };
}

describe('a process that asked for signals', () => {
  it('ends by itself, with the code that shells know', async () => {
    assert.deepEqual(await endOf('endOnSignal();', 'SIGTERM'), { code: 143, by: null });
    assert.deepEqual(await endOf('endOnSignal();', 'SIGINT'), { code: 130, by: null });
  });

  it('is as before when it does not want them any more', async () => {
    assert.deepEqual(await endOf('endOnSignal()();', 'SIGTERM'), { code: null, by: 'SIGTERM' });
  });
});
