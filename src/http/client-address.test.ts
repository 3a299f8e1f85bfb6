import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rawRequest, serveApp } from '../testing/serve-app.ts';
import { createClientAddress } from './client-address.ts';

/** Whom a server with these trusted proxies takes for the caller; the peer is the loopback address. */
async function addressSeen(
  trustedProxies: readonly string[],
  headers: Record<string, string | string[]>,
): Promise<string> {
  const { addressOf } = createClientAddress(trustedProxies);
  const app = await serveApp((req, res) => void res.end(addressOf({ req })));
  try {
    return (await rawRequest(app.port, { headers })).body;
  } finally {
    await app.close();
  }
}

const LOOPBACK = ['127.0.0.0/8'];
const addressWith = (trusted: readonly string[], forwardedFor: string | string[]) =>
  addressSeen(trusted, { 'X-Forwarded-For': forwardedFor });

describe('addressOf', () => {
  it('believes no header of a peer that is not a trusted proxy', async () => {
    assert.equal(await addressWith(['10.0.0.0/8'], '203.0.113.9'), '127.0.0.1');
  });

  it('takes the right-most address that is not a trusted proxy', async () => {
    assert.equal(await addressWith(LOOPBACK, '203.0.113.9'), '203.0.113.9');
    // The caller wrote the first two; only the last was appended by our proxy.
    assert.equal(await addressWith(LOOPBACK, '1.1.1.1, 10.0.0.1, 203.0.113.9'), '203.0.113.9');
    const chain = [...LOOPBACK, '10.0.0.0/8', 'fd00::/8'];
    assert.equal(
      await addressWith(chain, '1.1.1.1, 203.0.113.9,10.1.2.3 , fd00::1'),
      '203.0.113.9',
    );
    assert.equal(await addressWith(chain, ['1.1.1.1', '2001:db8::7, 10.1.2.3']), '2001:db8::7');
  });

  it('takes the left-most when all are trusted, and the peer when there is none', async () => {
    const chain = [...LOOPBACK, '10.0.0.0/8'];
    assert.equal(await addressWith(chain, '10.0.0.9, 10.0.0.1'), '10.0.0.9');
    assert.equal(await addressWith(chain, ''), '127.0.0.1');
    assert.equal(await addressSeen(chain, {}), '127.0.0.1');
  });

  it('stops at the last address it understands', async () => {
    const chain = [...LOOPBACK, '10.0.0.0/8'];
    assert.equal(await addressWith(chain, 'unknown, 10.0.0.1'), '10.0.0.1');
    assert.equal(await addressWith(chain, '203.0.113.9, , 10.0.0.1'), '10.0.0.1');
    assert.equal(await addressWith(chain, "203.0.113.9' OR 1=1"), '127.0.0.1');
  });

  it('understands ports, brackets, zones and mapped addresses', async () => {
    assert.equal(await addressWith(LOOPBACK, '203.0.113.9:5123'), '203.0.113.9');
    assert.equal(await addressWith(LOOPBACK, '[2001:db8::7]:5123'), '2001:db8::7');
    assert.equal(await addressWith(LOOPBACK, '[2001:db8::7]'), '2001:db8::7');
    assert.equal(await addressWith(LOOPBACK, 'fe80::1%eth0'), 'fe80::1');
    assert.equal(await addressWith(LOOPBACK, '::ffff:203.0.113.9'), '203.0.113.9');
    assert.equal(
      await addressWith([...LOOPBACK, '10.0.0.0/8'], '203.0.113.9, ::ffff:10.0.0.1'),
      '203.0.113.9',
    );
  });

  it('trusts single addresses and those without a prefix', async () => {
    assert.equal(await addressWith(['127.0.0.1'], '203.0.113.9'), '203.0.113.9');
    assert.equal(await addressWith(['127.0.0.1/32'], '203.0.113.9'), '203.0.113.9');
    assert.equal(await addressWith(['127.0.0.2'], '203.0.113.9'), '127.0.0.1');
  });
});
