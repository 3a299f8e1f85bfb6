import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRedis } from '../storage/redis/redis.ts';
import { redisServers, startTestRedis } from '../testing/redis.ts';
import type { DatabaseWork } from './tracing.ts';
import { describeCommand, watchRedis } from './watch-redis.ts';

describe('watchRedis', () => {
  it('is told of commands and of how they ended', async (t) => {
    const server = await startTestRedis();
    t.after(() => server.stop());
    const redis = createRedis({ servers: redisServers(server.url), commandTimeoutMs: 1000 });
    t.after(() => redis.disconnect());
    await redis.connect();

    const told: [string, string][] = [];
    const unwatch = watchRedis(({ text }: DatabaseWork) => (error) => {
      told.push([text, error instanceof Error ? error.name : String(error)]);
    });
    t.after(unwatch);
    await redis.set('gatehouse:word:1f0c', 'value');
    await redis.eval('return redis.call("get", KEYS[1])', 1, '{gatehouse:1f0c}', 'argument');
    await assert.rejects(redis.lpush('gatehouse:word:1f0c', 'value'));
    unwatch();
    await redis.ping();
    assert.deepEqual(told, [
      ['SET gatehouse:word:*', 'undefined'],
      ['EVAL {gatehouse:*}', 'undefined'],
      ['LPUSH gatehouse:word:*', 'ReplyError'],
    ]);
  });

  it('shows the words of a key, and nothing that may be an id or a digest', () => {
    const textOf = (...args: string[]) => describeCommand({ command: 'get', args }).text;
    assert.equal(textOf('gatehouse:endpoints:token:Zm9v'), 'GET gatehouse:endpoints:token:*');
    assert.equal(textOf('{gatehouse:018f-uuid}:x:n', 'argument'), 'GET {gatehouse:*}:x:n');
    assert.equal(textOf(`gatehouse:${'a'.repeat(22)}`), 'GET gatehouse:*');
    assert.equal(textOf(), 'GET');
    assert.equal(
      describeCommand({ command: 'evalsha', args: ['5e1f', '1', 'k'] }).text,
      'EVALSHA k',
    );
  });
});
