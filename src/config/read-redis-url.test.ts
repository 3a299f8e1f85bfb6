import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRedisUrl } from './read-redis-url.ts';

function read(url: string) {
  const result = readRedisUrl(url);
  assert.ok('value' in result, JSON.stringify(result));
  return result.value;
}

describe('an address of Redis', () => {
  it('is one server, with its user, password and database, or a socket', () => {
    const one = read('rediss://gate%40house:p%3Aw@cache.internal/3');
    assert.deepEqual(one.nodes, [{ host: 'cache.internal', port: 6379 }]);
    assert.equal(one.kind, 'single');
    assert.equal(one.tls, true);
    assert.equal(one.user, 'gate@house');
    assert.equal(one.password, 'p:w');
    assert.equal(one.database, 3);
    assert.equal(read('redis://:only@h:1').user, undefined);
    assert.equal(read('redis://:only@h:1').password, 'only');
    assert.deepEqual(read('redis://[::1]:7000').nodes, [{ host: '::1', port: 7000 }]);
    assert.equal(read('/run/redis.sock').path, '/run/redis.sock');
  });

  it('names Sentinels, the master that they know, and both passwords', () => {
    const url = 'redis-sentinel://app:pw@a:26379,b,[::1]:5/2#main?';
    assert.ok('found' in readRedisUrl(url));
    const watched = read(
      'rediss-sentinel://app:pw@a:1,b,[::1]:5/2?sentinel-user=s&sentinel-password=t#main',
    );
    assert.equal(watched.kind, 'sentinel');
    assert.equal(watched.tls, true);
    assert.equal(watched.masterName, 'main');
    assert.equal(watched.database, 2);
    assert.deepEqual(watched.nodes, [
      { host: 'a', port: 1 },
      { host: 'b', port: 26_379 },
      { host: '::1', port: 5 },
    ]);
    assert.equal(watched.password, 'pw');
    assert.equal(watched.sentinelUser, 's');
    assert.equal(watched.sentinelPassword, 't');
  });

  it('names nodes of a Cluster, which has one database', () => {
    const cluster = read('redis-cluster://:pw@a,b:7001');
    assert.equal(cluster.kind, 'cluster');
    assert.deepEqual(cluster.nodes, [
      { host: 'a', port: 6379 },
      { host: 'b', port: 7001 },
    ]);
    assert.ok('found' in readRedisUrl('redis-cluster://a,b/1'));
  });

  for (const wrong of [
    'hunter2',
    'http://:hunter2@cache',
    'redis://:hunter2@',
    'redis://:hunter2@a,b',
    'redis://:hunter2@a:0',
    'redis://:hunter2@a:70000',
    'redis://:hunter2@a/ten',
    'redis://:hunter2@a?family=6',
    'redis://:hunter2@a#main',
    'redis://hunter2:%zz@a',
    'redis-sentinel://:hunter2@a,b',
    'redis-sentinel://:hunter2@a,b#two words',
    'redis-cluster://:hunter2@a b',
    'redis-sharded://:hunter2@a',
  ]) {
    it(`is refused, without showing it, when it is ${wrong}`, () => {
      const result = readRedisUrl(wrong);
      assert.ok('found' in result);
      assert.ok(!result.found.includes('hunter2'));
    });
  }
});
