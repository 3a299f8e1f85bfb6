import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { accountGuest, headingOf, pathOf, statusOf } from '../account-visit.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { startTestMailServer, type TestMailServer } from '../mail.ts';
import { createPlainBrowser, type PlainPage } from '../plain-browser.ts';
import { seedMore } from '../seed-more.ts';

const CAROL = { identifier: 'carol@acme.example', password: 'carol-has-an-address' };

const codeIn = (mail: { text: string }): string => /\b\d{6}\b/.exec(mail.text)?.[0] ?? '';
const linkIn = (mail: { text: string }): string =>
  /https?:\/\/\S+token=\S+/.exec(mail.text)?.[0] ?? '';
const mainText = (page: PlainPage) =>
  (page.document.querySelector('main')?.text ?? '').replace(/\s+/g, ' ').trim();

describe('the address of an account', () => {
  let deployment: TestDeployment;
  let mail: TestMailServer;
  before(async () => {
    mail = await startTestMailServer();
    deployment = await startDeployment({ env: mail.env });
    await seedMore(deployment, {
      slug: 'default',
      accounts: [
        {
          username: CAROL.identifier,
          email: CAROL.identifier,
          emailVerified: true,
          password: { value: CAROL.password },
        },
      ],
    });
  });
  after(async () => {
    await deployment.stop();
    await mail.stop();
  });

  const begin = async (guest: ReturnType<typeof accountGuest>, email: string) =>
    guest.browser.submit(await guest.open('/email/change'), { email });

  it('changes with a code to the new mailbox and a yes from the old one, and the name with it', async () => {
    const guest = accountGuest(deployment, CAROL);
    const begun = await begin(guest, 'carol@new.example');
    assert.equal(pathOf(begun), '/account/email');
    assert.match(mainText(begun), /We sent a link to carol@acme\.example/);

    const toNew = await mail.waitForMail({ to: 'carol@new.example', kind: 'change_email_confirm' });
    const toOld = await mail.waitForMail({ to: CAROL.identifier, kind: 'change_email_notice' });
    assert.match(toOld.text, /c•••@new\.example/);
    const proved = await guest.browser.submit(
      begun,
      { code: ` ${codeIn(toNew).replace(/(...)/, '$1 ')}` },
      { action: '/code' },
    );
    assert.equal(statusOf(proved), 'The new address is confirmed.');

    // Whoever reads the old mailbox need not be signed in.
    const elsewhere = createPlainBrowser();
    const asked = await elsewhere.open(linkIn(toOld));
    assert.match(mainText(asked), /from carol@acme\.example to carol@new\.example/);
    assert.equal(asked.headers.get('referrer-policy'), 'strict-origin');
    const agreed = await elsewhere.submit(asked, {}, { action: '/approve' });
    assert.equal(headingOf(agreed), 'Your email address is changed');
    for (const to of [CAROL.identifier, 'carol@new.example']) {
      await mail.waitForMail({ to, kind: 'security_notice.email_changed' });
    }
    assert.equal((await elsewhere.open(linkIn(toOld))).status, 400);

    const again = accountGuest(deployment, { ...CAROL, identifier: 'carol@new.example' });
    assert.match(mainText(await again.open('/email')), /carol@new\.example Confirmed/);
  });

  it('stays when whoever reads it says that it was not them', async () => {
    const guest = accountGuest(deployment, ALICE);
    await begin(guest, 'thief@evil.example');
    const toNew = await mail.waitForMail({ to: 'thief@evil.example' });
    const toOld = await mail.waitForMail({ to: 'alice@example.com', kind: 'change_email_notice' });
    const owner = createPlainBrowser();
    const stopped = await owner.submit(
      await owner.open(linkIn(toOld)),
      {},
      { action: '/approve/refuse' },
    );
    assert.equal(headingOf(stopped), 'The address stays as it is');
    const link = stopped.document.querySelector('main a')?.getAttribute('href');
    assert.equal(link, '/account/password');
    const page = await guest.open('/email');
    assert.doesNotMatch(mainText(page), /thief/);
    // The page that was open before is of no use any more.
    const code = codeIn(toNew);
    assert.notEqual(code, '');
  });

  it('is confirmed with a code where nobody has yet', async () => {
    const bob = { ...BOB };
    const guest = accountGuest(deployment, bob);
    // On the way in, the dispatcher asks the same; it can wait.
    let page = await guest.open('/email');
    if (pathOf(page).startsWith('/interaction/')) {
      page = await guest.browser.submit(page, {}, { action: '/verify-email-later' });
    }
    assert.match(mainText(page), /bob@example\.com Not confirmed/);
    const asked = await guest.browser.submit(page, {}, { action: '/verify/send' });
    assert.equal(pathOf(asked), '/account/email/verify');
    const wrong = await guest.browser.submit(asked, { code: 'abc' }, { action: '/verify' });
    assert.equal(wrong.status, 422);
    const code = codeIn(await mail.waitForMail({ to: 'bob@example.com' }));
    const done = await guest.browser.submit(wrong, { code }, { action: '/verify' });
    assert.equal(statusOf(done), 'Your email address is confirmed.');
    assert.match(mainText(done), /bob@example\.com Confirmed/);
  });

  it('says nothing of whether another one is somebody’s', async () => {
    const guest = accountGuest(deployment, BOB);
    const pages: string[] = [];
    for (const email of ['alice@example.com', 'nobody@example.com']) {
      const begun = await begin(guest, email);
      assert.equal(begun.status, 200);
      const guessed = await guest.browser.submit(begun, { code: '123456' }, { action: '/code' });
      const said = [begun, guessed].map(mainText).join('\n');
      pages.push(said.replaceAll(email, '…').replace(/until .*?\./g, ''));
      await guest.browser.submit(guessed, {}, { action: '/cancel' });
    }
    assert.equal(pages[0], pages[1]);
    const told = await mail.waitForMail({ to: 'alice@example.com', kind: 'address_in_use' });
    assert.equal(codeIn(told), '');
  });

  it('takes no form of a link without its token, or from elsewhere', async () => {
    const guest = accountGuest(deployment, ALICE);
    await begin(guest, 'alice@another.example');
    const link = linkIn(
      await mail.waitForMail({ to: 'alice@example.com', kind: 'change_email_notice' }),
    );
    const browser = createPlainBrowser();
    const page = await browser.open(link);
    const field = (name: string) =>
      page.document.querySelector(`input[name=${name}]`)?.getAttribute('value') ?? '';
    const origin = deployment.publicUrl;
    for (const path of ['/account/email/approve', '/account/email/approve/refuse']) {
      for (const [body, headers] of [
        [{ token: field('token') }, { origin }],
        [{ token: 'another', csrf: field('csrf') }, { origin }],
        [{ token: field('token'), csrf: field('csrf') }, { origin: 'https://evil.example' }],
      ] as const) {
        const response = await browser.request(`${origin}${path}`, {
          method: 'POST',
          body: new URLSearchParams(body),
          headers,
        });
        assert.equal(response.status, 403);
        await response.body?.cancel();
      }
    }
    assert.equal((await browser.open(link)).status, 200);
  });
});

describe('a deployment that sends no mail', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment();
  });
  after(() => deployment.stop());

  it('says so, and offers nothing that needs it', async () => {
    const guest = accountGuest(deployment);
    const page = await guest.open('/email');
    assert.match(mainText(page), /sends no email/);
    assert.equal(page.document.querySelectorAll('main form').length, 0);
    assert.equal(pathOf(await guest.open('/email/change')), '/account/email');
  });
});
