import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { recoveryCodesOn } from '../authenticator-app.ts';
import { answerAt, visitor } from '../demo-clients.ts';
import { ALICE, BOB } from '../gatehouse.ts';
import { createHeldArtifacts, type HeldCall, holdCalls } from '../held-artifacts.ts';
import { codeIn } from '../mail.ts';
import {
  createPlainBrowser,
  type PlainBrowser,
  type PlainPage,
  submission,
} from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { createRecordingLogger } from '../recording-logger.ts';
import { walkThrough } from '../relying-party.ts';
import {
  DEFAULT_TENANT,
  DESK,
  SECOND_FACTOR,
  type SecondFactorWorld,
  startSecondFactorWorld,
} from '../second-factor-world.ts';
import { seedMore } from '../seed-more.ts';

const PAGE_DEADLINE_MS = 4000;
const NEW_PASSWORD = 'the password of tomorrow';

/** Lets a call go on that a page waits for, but only when the page is past its deadline. */
async function lateAnswer<T = PlainPage>(call: HeldCall, answer: Promise<T>): Promise<T> {
  await Promise.race([call.reached, answer]);
  const { promise: past, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, PAGE_DEADLINE_MS + 300);
  await past;
  call.release();
  return answer;
}

describe('a page that hangs while it uses something up', () => {
  const logger = createRecordingLogger();
  const held = createHeldArtifacts();
  const endedSession = holdCalls();
  const link = holdCalls();
  const recoveryCode = holdCalls();
  const newRecoveryCodes = holdCalls();
  let world: SecondFactorWorld;
  before(async () => {
    world = await startSecondFactorWorld({
      env: { PAGE_DEADLINE_MS: String(PAGE_DEADLINE_MS) },
      logger,
      withBackends: (backends) => ({
        ...backends,
        artifacts: {
          ...held.wrap(backends.artifacts),
          endSession: endedSession.wrap(backends.artifacts.endSession),
        },
        accounts: {
          ...backends.accounts,
          resetPasswordByLink: link.wrap(backends.accounts.resetPasswordByLink),
        },
        recoveryCodes: {
          ...backends.recoveryCodes,
          use: recoveryCode.wrap(backends.recoveryCodes.use),
          replace: newRecoveryCodes.wrap(backends.recoveryCodes.replace),
        },
      }),
    });
  });
  after(() => world.deployment.stop());

  /** A browser that somebody is signed in in; `stopAt` is where it goes no further, once set. */
  async function signedIn(person = BOB) {
    const stop = { at: undefined as RegExp | undefined };
    const { publicUrl } = world.deployment;
    const browser = createPlainBrowser({
      stopAt: (url) => !url.startsWith(`${publicUrl}/`) || stop.at?.test(url) === true,
    });
    const { page } = await world.typePassword(browser, person);
    answerAt(page, world.desk);
    return { browser, stop };
  }
  /** Somebody who has to type their password once more is about to. */
  const askAgain = async (browser: PlainBrowser) => {
    const request = await world.desk.begin({ prompt: 'login' });
    const page = await browser.open(request.url.href);
    return { request, send: () => browser.submit(page, { ...BOB }, { action: '/sign-in' }) };
  };
  /** Waits for what is said after this. */
  const seenInLog = (text: string) => {
    const said = () => logger.text().split(text).length;
    const before = said();
    return { once: () => pollUntil(() => said() > before, { deadlineMs: 10_000 }) };
  };
  /** Sends a request whose sender is gone, and known to be, when what it asks for goes on. */
  async function leaveWhile(
    call: HeldCall,
    browser: PlainBrowser,
    ...[url, init]: Parameters<PlainBrowser['request']>
  ) {
    const sender = new AbortController();
    const answer = browser.request(url, { ...init, signal: sender.signal });
    await call.reached;
    const gone = seenInLog('"status":499');
    sender.abort();
    await assert.rejects(answer, { name: 'AbortError' });
    await gone.once();
    call.release();
  }
  const isSignedIn = async (browser: PlainBrowser) =>
    (await world.silently(browser)).code !== undefined;

  it('hands out the identifier that a session goes on under, however late', async () => {
    const { browser } = await signedIn();
    const { request, send } = await askAgain(browser);
    const call = held.hold('save', 'Session');
    const arrived = await lateAnswer(call, send());
    assert.equal(await isSignedIn(browser), true, `${arrived.status} ${arrived.text}`);
    assert.ok((await request.redeem(arrived.url)).access_token);
  });

  it('leaves the session and the sign-in as they were, when it said first to come back', async () => {
    const { browser, stop } = await signedIn();
    const { request, send } = await askAgain(browser);
    stop.at = /\/auth\/[\w-]+$/;
    const { url: resume } = await send();
    stop.at = undefined;
    const call = held.hold('find', 'Session');
    const late = await browser.open(resume);
    assert.deepEqual([late.status, late.headers.getSetCookie()], [503, []]);
    const failed = seenInLog('request failed');
    call.release();
    await failed.once();
    assert.equal(await isSignedIn(browser), true);
    const arrived = await browser.open(resume);
    assert.ok((await request.redeem(arrived.url)).access_token, arrived.text);
  });

  it('leaves both as they were, when whoever asked has gone: they may have reloaded the page', async () => {
    const { browser, stop } = await signedIn();
    const { request, send } = await askAgain(browser);
    stop.at = /\/auth\/[\w-]+$/;
    const { url: resume } = await send();
    stop.at = undefined;
    const failed = seenInLog('request failed');
    await leaveWhile(held.hold('find', 'Session'), browser, resume);
    await failed.once();
    const arrived = await browser.open(resume);
    assert.ok((await request.redeem(arrived.url)).access_token, arrived.text);
    assert.equal(await isSignedIn(browser), true);
  });

  it('goes on with what somebody has proved, however late', async () => {
    const browser = visitor(world.deployment);
    const request = await world.desk.begin();
    const page = await browser.open(request.url.href);
    const call = held.hold('destroy', 'Interaction');
    const arrived = await lateAnswer(call, walkThrough(browser, page.url, BOB));
    assert.ok((await request.redeem(arrived.url)).access_token, arrived.text);
  });

  it('answers a request that was pushed, however late', async () => {
    const { browser } = await signedIn();
    const { publicUrl } = world.deployment;
    const request = await world.desk.begin();
    const credentials = Buffer.from(`${DESK.clientId}:${DESK.secret}`).toString('base64');
    const pushed = await fetch(`${publicUrl}/request`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      body: request.url.searchParams,
    });
    const { request_uri: uri } = (await pushed.json()) as { request_uri: string };
    const query = new URLSearchParams({ client_id: DESK.clientId, request_uri: uri });
    const call = held.hold('consume', 'PushedAuthorizationRequest');
    const arrived = await lateAnswer(call, browser.open(`${publicUrl}/auth?${query}`));
    assert.ok((await request.redeem(arrived.url)).access_token, arrived.text);
  });

  it('says that somebody has signed out, however late', async () => {
    const { browser } = await signedIn();
    const leave = await browser.open(`${world.deployment.publicUrl}/session/end`);
    const call = held.hold('destroy', 'Session');
    const confirm = browser.submit(leave, {}, { action: '/session/end/confirm' });
    const gone = await lateAnswer(call, confirm);
    assert.deepEqual([gone.status, await isSignedIn(browser)], [200, false], gone.text);
  });

  it('signs out who has closed the page as soon as they had said so', async () => {
    const { browser } = await signedIn();
    const leave = await browser.open(`${world.deployment.publicUrl}/session/end`);
    const form = leave.document.querySelector('form');
    assert.ok(form);
    const { url, init } = submission(leave.url, form, {});
    const dropped = held.hold('destroy', 'Session');
    await leaveWhile(endedSession.hold(), browser, url, init);
    await dropped.reached;
    dropped.release();
    assert.equal(await isSignedIn(browser), false);
  });

  it('shows recovery codes to whoever they were made for, and lets nobody lose one', async () => {
    const enrolling = world.enrol(ALICE);
    const { browser: hers, ...enrolled } = await lateAnswer(newRecoveryCodes.hold(), enrolling);
    assert.equal(enrolled.recoveryCodes.length, 10);
    const made = await hers.open(`${world.deployment.publicUrl}/account/methods/recovery-codes`);
    const anew = hers.submit(made, {}, { action: '/recovery-codes' });
    const [code = ''] = recoveryCodesOn(await lateAnswer(newRecoveryCodes.hold(), anew));

    const browser = visitor(world.deployment);
    const { request, page } = await world.typePassword(browser, ALICE);
    const asked = await browser.submit(page, {}, { action: '/factor', button: 'recovery_code' });
    const sent = browser.submit(asked, { code }, SECOND_FACTOR);
    const arrived = await lateAnswer(recoveryCode.hold(), sent);
    assert.ok((await request.redeem(arrived.url)).access_token, arrived.text);
  });

  it('says that a link has set a password, which nobody finds out from the link', async () => {
    const { link: address } = await world.cli.json(
      'account',
      'reset-password',
      'alice',
      '--reveal',
    );
    const browser = createPlainBrowser();
    const form = await browser.open(address);
    const fields = { password: NEW_PASSWORD, password_again: NEW_PASSWORD };
    const done = await lateAnswer(link.hold(), browser.submit(form, fields));
    assert.equal(done.status, 200, done.text);
    assert.equal((await browser.open(address)).status, 400);
  });

  it('keeps the browser signed in that a password was changed in', async () => {
    const { browser } = await signedIn();
    const form = await browser.open(`${world.deployment.publicUrl}/account/password`);
    const fields = { password: NEW_PASSWORD, password_again: NEW_PASSWORD };
    const call = held.hold('save', 'Session');
    const done = await lateAnswer(call, browser.submit(form, fields, { action: '/password' }));
    assert.equal(await isSignedIn(browser), true, `${done.status} ${done.text}`);
  });
});

describe('a page that hangs over a code from a mailbox', () => {
  const mailedCode = holdCalls();
  let world: SecondFactorWorld;
  before(async () => {
    world = await startSecondFactorWorld({
      env: { PAGE_DEADLINE_MS: String(PAGE_DEADLINE_MS) },
      mail: true,
      withBackends: (backends) => ({
        ...backends,
        codes: { ...backends.codes, use: mailedCode.wrap(backends.codes.use) },
      }),
    });
    await seedMore(world.deployment, {
      ...DEFAULT_TENANT,
      settings: { registration: 'open', emailCode: true },
      accounts: [{ username: 'erik', email: 'erik@acme.example', emailVerified: true }],
    });
  });
  after(() => world.deployment.stop());

  /** Takes another way from the sign-in page of an application. */
  const takeWay = async (way: string) => {
    const browser = visitor(world.deployment);
    const request = await world.desk.begin();
    const page = await browser.open(request.url.href);
    const form = await browser.submit(page, {}, { action: '/way', button: way });
    return { browser, request, form };
  };

  it('signs in with a code from a mailbox, however late', async () => {
    const { browser, request, form } = await takeWay('email_code');
    const to = 'erik@acme.example';
    const page = await browser.submit(form, { identifier: to });
    const mail = await world.deployment.mail.waitForMail({ to, kind: 'sign_in_code' });
    const sent = browser.submit(page, { code: codeIn(mail) });
    const arrived = await lateAnswer(mailedCode.hold(), sent);
    assert.ok((await request.redeem(arrived.url)).access_token, arrived.text);
  });

  it('signs in who has made an account, however late', async () => {
    const { browser, request, form } = await takeWay('register');
    const to = 'carol@acme.example';
    const page = await browser.submit(form, { email: to, name: 'Carol', password: NEW_PASSWORD });
    const mail = await world.deployment.mail.waitForMail({ to, kind: 'verify_email_code' });
    const sent = browser.submit(page, { code: codeIn(mail) });
    const arrived = await lateAnswer(mailedCode.hold(), sent);
    assert.ok((await request.redeem(arrived.url)).access_token, arrived.text);
  });
});
