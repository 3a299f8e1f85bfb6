import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { after, before, describe, it } from 'node:test';
import { answerQuery } from './dns-message.ts';

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'gatehouse.staging.svc.cluster.local': ['10.96.3.7'],
  'redis.staging.svc.cluster.local': ['10.244.0.10', '10.244.0.11'],
};

describe('the answer of a name server', () => {
  const server = createSocket('udp4');
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  before(async () => {
    server.on('message', (query, { port, address }) => {
      server.send(
        answerQuery(query, (name) => KNOWN[name]),
        port,
        address,
      );
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
  });
  after(() => {
    server.close();
  });

  it('has the address of a name, however that is written', async () => {
    const found = await resolver.resolve4('Gatehouse.staging.svc.cluster.local');
    assert.deepEqual(found, ['10.96.3.7']);
  });

  it('has every address of a name', async () => {
    const found = await resolver.resolve4('redis.staging.svc.cluster.local');
    assert.deepEqual(found.toSorted(), ['10.244.0.10', '10.244.0.11']);
  });

  it('says that there is no such name', async () => {
    await assert.rejects(resolver.resolve4('nobody.example.com'), { code: 'ENOTFOUND' });
  });

  it('says that a name has no address of IPv6', async () => {
    const asked = resolver.resolve6('gatehouse.staging.svc.cluster.local');
    await assert.rejects(asked, { code: 'ENODATA' });
  });
});
