import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rawRequest, serveApp } from '../testing/serve-app.ts';
import { createClientAddress, type ForwardedOrigin } from './client-address.ts';

interface Seen extends ForwardedOrigin {
  address: string;
}

/** What a server with these trusted proxies makes of one request from the loopback address. */
async function seenWith(
  trustedProxies: readonly string[],
  headers: Record<string, string | string[]>,
): Promise<Seen> {
  const { addressOf, forwardedOrigin } = createClientAddress(trustedProxies);
  const app = await serveApp((req, res) => {
    res.end(JSON.stringify({ address: addressOf({ req }), ...forwardedOrigin({ req }) }));
  });
  try {
    return JSON.parse((await rawRequest(app.port, { headers })).body);
  } finally {
    await app.close();
  }
}

const LOOPBACK = ['127.0.0.0/8'];
const addressWith = async (trusted: readonly string[], forwardedFor: string | string[]) =>
  (await seenWith(trusted, { 'X-Forwarded-For': forwardedFor })).address;

describe('addressOf', () => {
  it('believes no header of a peer that is not a trusted proxy', async () => {
    const seen = await seenWith(['10.0.0.0/8'], {
      Host: 'login.example.com',
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'evil.test',
    });
    assert.deepEqual(seen, { address: '127.0.0.1', protocol: 'http', host: 'login.example.com' });
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
    assert.equal((await seenWith(chain, {})).address, '127.0.0.1');
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

describe('forwardedOrigin', () => {
  it('takes scheme and host from a trusted proxy', async () => {
    const seen = await seenWith(LOOPBACK, {
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'login.example.com:8443',
    });
    assert.deepEqual(seen, {
      address: '203.0.113.9',
      protocol: 'https',
      host: 'login.example.com:8443',
    });
  });

  it('takes them from as far right as the caller was found', async () => {
    const seen = await seenWith([...LOOPBACK, '10.0.0.0/8'], {
      'X-Forwarded-For': '1.1.1.1, 203.0.113.9, 10.0.0.1',
      'X-Forwarded-Proto': 'http, https, http',
      'X-Forwarded-Host': 'evil.test, login.example.com, inner',
    });
    assert.deepEqual(seen, {
      address: '203.0.113.9',
      protocol: 'https',
      host: 'login.example.com',
    });
  });

  it('falls back to the connection and the Host header, and refuses malformed hosts', async () => {
    const plain = await seenWith(LOOPBACK, { Host: 'a.example', 'X-Forwarded-Proto': 'gopher' });
    assert.deepEqual([plain.protocol, plain.host], ['http', 'a.example']);
    for (const host of ['a.example/evil', 'a b', 'user@a.example', 'a.example:port', '-', '[::1']) {
      assert.equal((await seenWith([], { Host: host })).host, undefined, host);
    }
    for (const host of ['[::1]:3000', '127.0.0.1:3000', 'localhost', 'LOGIN.example.com.']) {
      assert.equal((await seenWith([], { Host: host })).host, host);
    }
  });
});
