import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createPlainBrowser } from '../testing/plain-browser.ts';
import { heading, panel, posted, text } from '../testing/playground-pages.ts';
import {
  openHome,
  PERSON,
  type PlaygroundWorld,
  signIn,
  startPlaygroundWorld,
} from '../testing/playground-world.ts';

let world: PlaygroundWorld;

before(async () => {
  world = await startPlaygroundWorld();
});
beforeEach(() => {
  world.decision = 'allow';
  world.permissions = ['tokens:read'];
  world.claims = { name: 'Pat Example', email: 'pat@example.com' };
});
after(() => world.close());

describe('the playground', () => {
  it('leads from the choices through a sign-in to tokens that are explained', async () => {
    const { page } = await signIn(world);
    assert.equal(page.url, `${world.url}/tokens`);
    assert.equal(heading(page), 'You are signed in');
    assert.match(text(page), /as Pat Example at Gatehouse/);
    const steps = panel(page, 'steps');
    for (const sent of ['code_challenge', 'S256', 'openid profile email roles', 'nonce']) {
      assert.ok(steps.includes(sent), sent);
    }
    assert.match(steps, /POST http:\/\/localhost:\d+\/token/);
    assert.match(steps, /code_verifier/);
    const idToken = panel(page, 'id-token');
    assert.match(idToken, new RegExp(`sub ${PERSON} The person, by an id`));
    assert.match(idToken, /aud playground Whom it is for: your app/);
    assert.match(idToken, /alg RS256 How it is signed/);
    assert.match(panel(page, 'access-token'), /Opaque: it says nothing by itself/);
    assert.match(panel(page, 'userinfo'), /email pat@example.com/);
  });

  it('sends what was chosen', async () => {
    const { page } = await signIn(world, { max_age: '60', prompt: 'login', scope_phone: 'yes' });
    const steps = panel(page, 'steps');
    assert.match(steps, /max_age 60/);
    assert.match(steps, /prompt login/);
    assert.match(steps, /openid profile email phone roles/);
    const home = await createPlainBrowser().open(world.url);
    assert.doesNotMatch(home.text, /name="scope_phone" value="yes" checked/);
  });

  it('says what is wrong with a maximum age that is no number, and keeps the choices', async () => {
    const { page } = await signIn(world, { max_age: 'an hour', scope_phone: 'yes' });
    assert.equal(page.status, 422);
    assert.match(text(page), /Enter a whole number of seconds/);
    assert.match(page.text, /name="scope_phone" value="yes" checked/);
    assert.match(page.text, /value="an hour"/);
  });

  it('verifies the signature of the ID token', async () => {
    world.forgesKeys = true;
    const { page } = await signIn(world);
    world.forgesKeys = false;
    assert.equal(heading(page), 'The answer did not pass the checks');
    assert.match(text(page), /signature/i);
  });

  it('shows what a refresh changed: the refresh token above all', async () => {
    const { browser, page } = await signIn(world);
    const held = /holds one: (\S+)/.exec(panel(page, 'refresh-token'))?.[1];
    const refreshed = await browser.submit(page, {}, { action: '/refresh' });
    assert.equal(refreshed.url, `${world.url}/tokens#refresh-token`);
    const said = panel(refreshed, 'refresh-token');
    assert.ok(held !== undefined && said.includes(held), 'the old one, shortened');
    assert.match(said, /Rotated: the old one worked once/);
    const again = await browser.submit(refreshed, {}, { action: '/refresh' });
    assert.match(panel(again, 'refresh-token'), /Rotated/);
  });

  it('spends a refresh token once when two clicks come at once', async () => {
    const { browser, page } = await signIn(world);
    const init = posted(page);
    const answers = await Promise.all(
      [1, 2, 3].map(() => browser.request(`${world.url}/refresh`, init)),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303, 303],
    );
    const tokens = await browser.open(`${world.url}/tokens`);
    assert.doesNotMatch(text(tokens), /not accepted any more/);
  });

  it('gets a JWT for its API, which lets it in by the permissions in it', async () => {
    const { browser, page } = await signIn(world, { api: 'yes' });
    const token = panel(page, 'access-token');
    assert.match(token, /typ at\+jwt/);
    assert.match(token, /permissions \[ "tokens:read" \]/);
    assert.match(token, new RegExp(`aud ${world.url}/api Whom it is for: the API`));
    const called = await browser.submit(page, {}, { action: '/call-api' });
    assert.match(panel(called, 'api'), /answered 200 .*"sub": "person-1"/);

    world.permissions = [];
    const refreshed = await browser.submit(called, {}, { action: '/refresh' });
    const refused = await browser.submit(refreshed, {}, { action: '/call-api' });
    assert.match(panel(refused, 'api'), /answered 403 .*"error": "insufficient_scope"/);
  });

  it('asks userinfo with a second access token when the first is for the API', async () => {
    const { browser, page } = await signIn(world, { api: 'yes' });
    assert.match(panel(page, 'userinfo'), /userinfo takes no other’s/);
    assert.doesNotMatch(panel(page, 'userinfo'), /pat@example/);
    const asked = await browser.submit(page, {}, { action: '/userinfo' });
    assert.match(panel(asked, 'userinfo'), /email pat@example.com/);
    assert.match(panel(asked, 'access-token'), /typ at\+jwt/);

    world.claims = { name: 'Pat Renamed' };
    const again = await browser.submit(asked, {}, { action: '/userinfo' });
    assert.match(panel(again, 'userinfo'), /name Pat Renamed/);
  });

  it('signs out here and at the issuer, and says so once', async () => {
    const { browser, page } = await signIn(world);
    const asked = await browser.request(`${world.url}/sign-out`, posted(page));
    const target = new URL(asked.headers.get('location') ?? '');
    assert.equal(target.origin, world.issuerUrl);
    assert.ok(target.searchParams.get('id_token_hint'));
    assert.equal((await browser.open(`${world.url}/tokens`)).url, `${world.url}/`);

    const home = await browser.submit(await browser.open(target.href), { logout: 'yes' });
    assert.equal(home.url, `${world.url}/`);
    assert.match(text(home), /You are signed out/);
    assert.doesNotMatch(text(await browser.open(world.url)), /You are signed out/);

    const silent = await browser.submit(home, { prompt: 'none' }, { action: '/sign-in' });
    assert.equal(heading(silent), 'Nobody is signed in there');
  });

  it('does not say so for a state that is not of its own sign-out', async () => {
    const { browser } = await openHome(world);
    const page = await browser.open(`${world.url}/?state=made-up`);
    assert.equal(page.url, `${world.url}/`);
    assert.doesNotMatch(text(page), /You are signed out/);
  });
});

describe('a session of the playground', () => {
  it('moves when somebody signs in: an id that was known before leads nowhere', async () => {
    const { browser, home } = await openHome(world);
    const [before] = await browser.jar.getCookies(world.url);
    assert.ok(before?.httpOnly && before.sameSite === 'lax');
    await browser.submit(home, {}, { action: '/sign-in' });
    const cookies = await browser.jar.getCookies(world.url);
    const now = cookies.find(({ key }) => key === before.key);
    assert.notEqual(now?.value, before.value);
    const planted = await fetch(`${world.url}/tokens`, {
      headers: { cookie: `${before.key}=${before.value}`, accept: 'text/html' },
    });
    assert.equal(planted.status, 400);
  });

  it('keeps its tokens out of every log', async () => {
    const { browser, page } = await signIn(world, { api: 'yes' });
    await browser.submit(page, {}, { action: '/refresh' });
    await browser.submit(page, {}, { action: '/userinfo' });
    await browser.submit(page, {}, { action: '/call-api' });
    const log = world.logger.text();
    assert.ok(world.secrets.length > 20);
    for (const secret of world.secrets) assert.equal(log.includes(secret), false);
    assert.match(log, /playground: that did not succeed/);
  });
});

describe('a playground whose issuer comes and goes', () => {
  it('starts before it, says so, and works once it is there', async () => {
    const early = await startPlaygroundWorld({ issuerUp: false });
    try {
      const { browser, home } = await openHome(early);
      assert.equal(home.status, 200);
      assert.match(text(home), /The issuer does not answer/);
      const page = await browser.submit(home, {}, { action: '/sign-in' });
      assert.equal(heading(page), 'The issuer does not answer');
      await early.startIssuer();
      const again = await browser.open(early.url);
      assert.doesNotMatch(text(again), /does not answer/);
      const tokens = await browser.submit(again, {}, { action: '/sign-in' });
      assert.equal(heading(tokens), 'You are signed in');
    } finally {
      await early.close();
    }
  });

  it('survives its restart, and says what a wiped one no longer accepts', async () => {
    const { browser, page } = await signIn(world);
    await world.stopIssuer();
    const down = await browser.submit(page, {}, { action: '/refresh' });
    assert.match(panel(down, 'refresh-token'), /The issuer does not answer/);
    await world.startIssuer();
    const up = await browser.submit(down, {}, { action: '/refresh' });
    assert.match(panel(up, 'refresh-token'), /Rotated/);

    await world.stopIssuer();
    await world.startIssuer({ wiped: true });
    const wiped = await browser.submit(up, {}, { action: '/refresh' });
    assert.match(panel(wiped, 'refresh-token'), /not accepted any more.*invalid_grant/);
    const asked = await browser.submit(wiped, {}, { action: '/userinfo' });
    assert.match(panel(asked, 'userinfo'), /The access token is not accepted.*invalid_token/);
    const { page: anew } = await signIn(world);
    assert.equal(heading(anew), 'You are signed in');
  });

  it('signs out here even when it cannot be asked', async () => {
    const { browser, page } = await signIn(world);
    await world.stopIssuer();
    const out = await browser.submit(page, {}, { action: '/sign-out' });
    await world.startIssuer();
    assert.equal(heading(out), 'The issuer does not answer');
    assert.doesNotMatch(text(await browser.open(world.url)), /You are signed in as/);
  });
});
