import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endAll } from './end-all.ts';
import { startDeployment } from './gatehouse.ts';

describe('the end of what a test began', () => {
  it('is the end of all of it, the last first, whatever fails', async () => {
    const ended: string[] = [];
    const end = (name: string, fails: boolean) => async () => {
      ended.push(name);
      if (fails) throw new Error(`${name} does not end`);
    };
    const begun = [end('database', true), end('redis', false), end('server', true)];
    await assert.rejects(endAll(begun), /^Error: server does not end$/);
    assert.deepEqual(ended, ['server', 'redis', 'database']);
  });

  it('does not hide why a deployment did not begin', async () => {
    const beginning = startDeployment({
      withBackends: (backends) => {
        const { close } = backends;
        Object.assign(backends, {
          close: async () => {
            await close.call(backends);
            throw new Error('it does not end');
          },
        });
        throw new Error('it does not begin');
      },
    });
    await assert.rejects(beginning, /^Error: it does not begin$/);
  });
});
