import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { NO_ENDPOINT_LIMITS } from '../../http/endpoint-limiter.ts';
import { demoParty } from '../demo-clients.ts';
import { ALICE, STORES, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';

/** Few enough to reach in a moment; pages are free, so that only the token endpoint is counted. */
const LIMITS = {
  page: { address: 0, client: 0 },
  token: { address: 5, client: 0 },
  authenticated: { address: 0, client: 0 },
  lookup: { address: 0, client: 0 },
};

describe('the token endpoint', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment({ endpointLimits: LIMITS });
  });
  after(() => deployment.stop());

  it('is throttled however its path is written, and in every tenant', async () => {
    const spellings = ['/token', '/TOKEN', '/token/', '/Token/', '/t/acme/token', '/t/acme/TOKEN/'];
    const ask = (path: string) => fetch(`${deployment.publicUrl}${path}`, { method: 'POST' });
    for (const path of spellings.slice(0, 5)) assert.notEqual((await ask(path)).status, 429, path);
    for (const path of spellings) {
      const refused = await ask(path);
      assert.equal(refused.status, 429, path);
      assert.ok(Number(refused.headers.get('retry-after')) > 0);
      const answer = (await refused.json()) as { error: string };
      assert.equal(answer.error, 'temporarily_unavailable');
    }
    const open = await fetch(`${deployment.publicUrl}/.well-known/openid-configuration`);
    assert.equal(open.status, 200);
  });
});

describe('names of tenants that nobody has', () => {
  let deployment: TestDeployment;
  let queries = 0;
  before(async () => {
    deployment = await startDeployment({
      endpointLimits: { ...NO_ENDPOINT_LIMITS, lookup: { address: 5, client: 0 } },
      env: { TRUSTED_PROXIES: '127.0.0.1/32,::1/128', DATABASE_ACQUIRE_TIMEOUT_MS: '20000' },
      withBackends: (backends) => ({
        ...backends,
        tenants: {
          ...backends.tenants,
          findBySlug: (slug) => {
            queries += 1;
            return backends.tenants.findBySlug(slug);
          },
        },
      }),
    });
    assert.equal((await ask('/t/acme/jwks', '203.0.113.1')).status, 200);
  });
  after(() => deployment.stop());

  const ask = (path: string, address: string) =>
    fetch(`${deployment.publicUrl}${path}`, { headers: { 'x-forwarded-for': address } });

  it('are asked for as often as one address may, and cost no tenant anything', async () => {
    queries = 0;
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const answer = await ask(`/t/nobody-${n}/jwks`, '203.0.113.2');
      statuses.push(answer.status);
      if (answer.status === 429) assert.ok(Number(answer.headers.get('retry-after')) > 0);
    }
    assert.deepEqual(statuses, [404, 404, 404, 404, 404, 429, 429, 429]);
    assert.equal(queries, 5);
    assert.equal((await ask('/t/acme/auth', '203.0.113.2')).status, 400);
    assert.equal((await ask('/t/nobody/jwks', '203.0.113.3')).status, 404);
  });

  it('are not asked for while those who are in wait for the database', async () => {
    const { db } = deployment.backends;
    const { poolMax } = deployment.config.database;
    const taken = await Promise.all(Array.from({ length: poolMax }, () => db.transaction()));
    try {
      // Sent when it is listened to.
      const waiting = db.raw('select 1').then(() => undefined);
      await setTimeout(300);
      queries = 0;
      const refused = await ask('/t/nobody-now/jwks', '203.0.113.4');
      assert.equal(refused.status, 503);
      assert.ok(Number(refused.headers.get('retry-after')) > 0);
      assert.equal(queries, 0);
      assert.equal((await ask('/t/acme/jwks', '203.0.113.4')).status, 200);
      for (const trx of taken.splice(0)) await trx.rollback();
      await waiting;
    } finally {
      for (const trx of taken) await trx.rollback();
    }
    assert.equal((await ask('/t/nobody-now/jwks', '203.0.113.4')).status, 404);
  });
});

for (const store of STORES) {
  describe(`guessing at a password, counted in ${store}`, () => {
    let deployment: TestDeployment;
    before(async () => {
      deployment = await startDeployment({ store });
    });
    after(() => deployment.stop());

    it('locks the account of that tenant, says when, and locks no namesake', async () => {
      const browser = createPlainBrowser({ stopAt: (url) => url.includes(':808') });
      const { url } = await (await demoParty(deployment, 'notes-web')).begin();
      let page = await browser.open(url.href);
      const statuses: number[] = [];
      for (let guess = 0; guess < 11; guess += 1) {
        const wrong = { identifier: ALICE.identifier, password: `guess ${guess}` };
        page = await browser.submit(page, wrong, { action: '/sign-in' });
        statuses.push(page.status);
      }
      assert.deepEqual(statuses, [...Array<number>(10).fill(422), 429]);
      assert.ok(Number(page.headers.get('retry-after')) > 0);
      page = await browser.submit(page, { ...ALICE }, { action: '/sign-in' });
      assert.equal(page.status, 429, 'the right password does not help while it is locked');

      const elsewhere = createPlainBrowser({ stopAt: (at) => at.includes(':8082') });
      const portal = await demoParty(deployment, 'portal-web');
      const there = await elsewhere.open((await portal.begin()).url.href);
      const person = { identifier: 'alice', password: 'acme-demo-password' };
      const arrived = await elsewhere.submit(there, person, { action: '/sign-in' });
      assert.match(arrived.url, /code=/);
    });
  });
}
