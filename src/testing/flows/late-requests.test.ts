import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEMO_CLIENTS, demoParty, visitor } from '../demo-clients.ts';
import { STORES, startDeployment, type TestDeployment, TOKEN_DEADLINE_MS } from '../gatehouse.ts';
import { createHeldArtifacts } from '../held-artifacts.ts';
import { pollUntil } from '../poll.ts';
import { createRecordingLogger } from '../recording-logger.ts';
import { seedMore } from '../seed-more.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const WEB = DEMO_CLIENTS['notes-web'];
/** Refresh tokens of the one may not be sent again; of the other, not by who waits first as they are told. */
const STRICT = [
  { ...WEB, clientId: 'windowless', reuseWindow: 0 },
  { ...WEB, clientId: 'hasty', reuseWindow: 8 },
];
/** Of the demo client's refresh tokens, and a second. */
const PAST_REUSE_SECONDS = 11;

for (const store of STORES) {
  describe(`a token request that takes too long, artifacts in ${store}`, () => {
    const held = createHeldArtifacts();
    let world: TokenWorld;
    before(async () => {
      world = await startTokenWorld({
        store,
        withBackends: (backends) => ({ ...backends, artifacts: held.wrap(backends.artifacts) }),
      });
    });
    after(() => world.stop());

    const takeTooLong = async (
      model: 'AuthorizationCode' | 'RefreshToken',
      form: Record<string, string>,
    ) => {
      const call = held.hold('find', model);
      const answer = world.ask(0, '/token', form, WEB);
      await call.reached;
      world.advance(TOKEN_DEADLINE_MS / 2000 + 1);
      call.release();
      const { status, json, headers } = await answer;
      assert.deepEqual([status, json.error], [503, 'temporarily_unavailable']);
      assert.match(String(headers['retry-after']), /^[1-9]\d*$/);
    };

    it('leaves its refresh token unused, however late the client asks again', async () => {
      const { json } = await world.ask(0, '/token', await world.newCode(WEB), WEB);
      const token = String(json.refresh_token);
      await takeTooLong('RefreshToken', { grant_type: 'refresh_token', refresh_token: token });
      world.advance(PAST_REUSE_SECONDS);
      const again = await world.refresh(0, token, WEB);
      assert.equal(again.status, 200, again.text);
    });

    it('leaves its code unused', async () => {
      const form = await world.newCode(WEB);
      await takeTooLong('AuthorizationCode', form);
      const again = await world.ask(0, '/token', form, WEB);
      assert.equal(again.status, 200, again.text);
    });
  });
}

describe('a token request that hangs', () => {
  const logger = createRecordingLogger();
  const held = createHeldArtifacts();
  let world: TokenWorld;
  before(async () => {
    world = await startTokenWorld({
      env: { TOKEN_DEADLINE_MS: '4000' },
      logger,
      withBackends: (backends) => ({ ...backends, artifacts: held.wrap(backends.artifacts) }),
    });
    await seedMore(world.deployment, {
      slug: 'default',
      name: 'Gatehouse Demo',
      applications: [
        {
          key: 'strict',
          name: 'Strict',
          firstParty: true,
          clients: STRICT.map(({ clientId, secret, redirectUri, reuseWindow }) => ({
            client_id: clientId,
            client_secret: { value: secret },
            redirect_uris: [redirectUri],
            grant_types: ['authorization_code', 'refresh_token'],
            refresh_token_reuse_window: reuseWindow,
          })),
        },
      ],
    });
  });
  after(() => world.stop());
  const pastDeadline = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 4500);
    return promise;
  };

  it('gives the tokens of a code that it has begun to use up, however late', async () => {
    const form = await world.newCode(WEB);
    const call = held.hold('consume', 'AuthorizationCode');
    const answer = world.ask(0, '/token', form, WEB);
    await call.reached;
    await pastDeadline();
    call.release();
    const { status, text } = await answer;
    assert.equal(status, 200, text);
  });

  it('is told to come back with a refresh token that may be sent again', async () => {
    const { json } = await world.ask(0, '/token', await world.newCode(WEB), WEB);
    const call = held.hold('consume', 'RefreshToken');
    assert.equal((await world.refresh(0, json.refresh_token, WEB)).status, 503);
    call.release();
    const again = await world.refresh(0, json.refresh_token, WEB);
    assert.equal(again.status, 200, again.text);
  });

  for (const client of STRICT) {
    const { reuseWindow } = client;
    it(`gives what follows on a refresh token that may not within ${reuseWindow} s, however late`, async () => {
      const { json } = await world.ask(0, '/token', await world.newCode(client), client);
      const call = held.hold('consume', 'RefreshToken');
      const answer = world.refresh(0, json.refresh_token, client);
      await call.reached;
      await pastDeadline();
      call.release();
      const { status, text } = await answer;
      assert.equal(status, 200, text);
    });
  }

  it('is answered while it hangs, and uses nothing up when it goes on', async () => {
    const { json } = await world.ask(0, '/token', await world.newCode(WEB), WEB);
    const token = String(json.refresh_token);
    const call = held.hold('find', 'RefreshToken');
    const { status, headers } = await world.refresh(0, token, WEB);
    assert.equal(status, 503);
    assert.match(String(headers['retry-after']), /^[1-9]\d*$/);
    call.release();
    await pollUntil(() => logger.text().includes('request failed'), {
      deadlineMs: 10_000,
    });
    world.advance(PAST_REUSE_SECONDS);
    const again = await world.refresh(0, token, WEB);
    assert.equal(again.status, 200, again.text);
  });
});

describe('a page that hangs', () => {
  const held = createHeldArtifacts();
  const acme = Promise.withResolvers<void>();
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment({
      env: { PAGE_DEADLINE_MS: '4000', TOKEN_DEADLINE_MS: '4000' },
      withBackends: (backends) => ({
        ...backends,
        artifacts: held.wrap(backends.artifacts),
        tenants: {
          ...backends.tenants,
          async findBySlug(slug) {
            if (slug === 'acme') await acme.promise;
            return backends.tenants.findBySlug(slug);
          },
        },
      }),
    });
  });
  after(() => deployment.stop());

  it('says to wait a moment, before a balancer would give up, and is there when it is opened again', async () => {
    const browser = visitor(deployment);
    const party = await demoParty(deployment, 'notes-web');
    const signIn = await browser.open((await party.begin()).url.href);
    assert.equal(signIn.status, 200, signIn.text);
    const call = held.hold('find', 'Interaction');
    const late = await browser.open(signIn.url);
    call.release();
    assert.equal(late.status, 503);
    assert.equal(late.document.querySelector('h1')?.text.trim(), 'We can’t answer right now');
    assert.match(late.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
    assert.match(late.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.deepEqual(late.headers.getSetCookie(), []);
    const again = await browser.open(signIn.url);
    assert.deepEqual([again.status, again.url], [200, signIn.url]);
  });

  it('says so before its tenant is known, too, as a token endpoint does', async () => {
    const ask = (path: string, init?: RequestInit) =>
      fetch(`${deployment.publicUrl}/t/acme${path}`, init);
    const [page, token] = await Promise.all([
      ask('/account', { headers: { accept: 'text/html' } }),
      ask('/token', { method: 'POST', headers: { accept: 'text/html' } }),
    ]);
    acme.resolve();
    assert.deepEqual([page.status, token.status], [503, 503]);
    assert.match(await page.text(), /We can’t answer right now/);
    assert.equal(JSON.parse(await token.text()).error, 'temporarily_unavailable');
  });
});
