import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createSealer } from '../crypto/sealing.ts';
import { randomSealingKey } from '../testing/key-replica.ts';
import { forgetInBrowser, keepInBrowser, keptInBrowser } from './kept-in-browser.ts';

const VALUE = ['a code', { nested: 'Ünï' }];
const MINUTE_MS = 60_000;

type KeptVisit = Parameters<typeof keepInBrowser>[1];

describe('what is kept in a browser', () => {
  const sealer = createSealer([randomSealingKey()]);
  let time: number;
  let cookies: string[];
  const deps = { sealer, now: () => new Date(time) };

  beforeEach(() => {
    time = Date.parse('2030-01-01T12:00:00Z');
    cookies = [];
  });

  /** A request of this browser, in a session of a tenant. */
  const visit = ({ uid = 'session', id = 'tenant', slug = 'acme' } = {}): KeptVisit =>
    ({
      ctx: {
        state: { tenant: { id, slug }, issuer: 'https://acme.example', issuerPath: '' },
        get: () => cookies.map((cookie) => cookie.replace(/;.*$/, '')).join('; '),
        append: (_name: string, cookie: string) => cookies.push(cookie),
      },
      session: { uid },
    }) as unknown as KeptVisit;

  it('comes back in the session that it is of, unread', () => {
    keepInBrowser(deps, visit(), 'codes', VALUE);
    assert.deepEqual(keptInBrowser(deps, visit(), 'codes'), VALUE);
    const [cookie = ''] = cookies;
    assert.doesNotMatch(cookie, /code[^s]|nested/);
    assert.match(
      cookie,
      /^gatehouse_codes_acme=[\w.-]+; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  it('is nothing in another session, another tenant, or under another name', () => {
    keepInBrowser(deps, visit(), 'codes', VALUE);
    assert.equal(keptInBrowser(deps, visit({ uid: 'another' }), 'codes'), undefined);
    assert.equal(keptInBrowser(deps, visit({ id: 'another' }), 'codes'), undefined);
    cookies = cookies.map((cookie) => cookie.replace('_codes_', '_connect_'));
    assert.equal(keptInBrowser(deps, visit(), 'connect'), undefined);
  });

  it('is nothing after a quarter of an hour, whatever the browser keeps', () => {
    keepInBrowser(deps, visit(), 'codes', VALUE);
    time += 15 * MINUTE_MS - 1;
    assert.deepEqual(keptInBrowser(deps, visit(), 'codes'), VALUE);
    time += 1;
    assert.equal(keptInBrowser(deps, visit(), 'codes'), undefined);
  });

  it('is nothing when it was changed, or forgotten, or never there', () => {
    assert.equal(keptInBrowser(deps, visit(), 'codes'), undefined);
    keepInBrowser(deps, visit(), 'codes', VALUE);
    const [kept = ''] = cookies;
    for (const changed of ['x', 'e30', kept.slice(20, 60)]) {
      cookies = [`gatehouse_codes_acme=${changed}`];
      assert.equal(keptInBrowser(deps, visit(), 'codes'), undefined, changed);
    }
    cookies = [];
    forgetInBrowser(visit(), 'codes');
    assert.match(cookies[0] ?? '', /Max-Age=0/);
    assert.equal(keptInBrowser(deps, visit(), 'codes'), undefined);
  });
});
