import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';

/** A session that is nobody's lives so long, in milliseconds. */
const TEN_MINUTES = 10 * 60_000;
const SIGNED_OUT = 'http://localhost:8080/';

describe('signing out who is not signed in', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment({ store: 'redis' });
  });
  after(() => deployment.stop());
  beforeEach(() => deployment.backends.redis?.flushall());

  /** Keys in Redis that are a session's, or tell of one, and for how long they are. */
  const kept = async (): Promise<Map<string, number>> => {
    const { redis } = deployment.backends;
    assert.ok(redis !== undefined);
    const keys = (await redis.keys('*')).filter((key) => /:[axt]:/.test(key));
    const times = await Promise.all(keys.map((key) => redis.pttl(key)));
    return new Map(keys.map((key, at) => [key, times[at] ?? -1]));
  };
  const ask = new URLSearchParams({
    client_id: 'notes-web',
    post_logout_redirect_uri: SIGNED_OUT,
    state: 's'.repeat(2048),
  });

  it('keeps what it asks for minutes, not for as long as people are signed in', async () => {
    const answer = await fetch(`${deployment.publicUrl}/session/end?${ask}`);
    assert.equal(answer.status, 200);
    const keys = await kept();
    assert.ok([...keys.keys()].some((key) => key.includes(':a:Session:')));
    for (const [key, milliseconds] of keys) {
      assert.ok(milliseconds > TEN_MINUTES - 60_000, `${key}: ${milliseconds}`);
      assert.ok(milliseconds <= TEN_MINUTES, `${key}: ${milliseconds}`);
    }
    const cookie = answer.headers.getSetCookie().find((one) => !one.includes('.sig='));
    const expires = Date.parse(/; expires=([^;]+)/i.exec(cookie ?? '')?.[1] ?? '');
    assert.ok(expires <= Date.now() + TEN_MINUTES, cookie);
  });

  it('leads back to the client that asked, and leaves nothing', async () => {
    const browser = createPlainBrowser({ stopAt: (url) => url.startsWith(SIGNED_OUT) });
    const page = await browser.open(`${deployment.publicUrl}/session/end?${ask}`);
    assert.equal(page.url, `${SIGNED_OUT}?state=${ask.get('state')}`);
    assert.deepEqual([...(await kept()).keys()], []);
    const [tombstones] = await deployment.backends.db('tombstones').count();
    assert.equal(Number(tombstones?.count), 0);
  });
});
