import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerAt, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { type RelyingParty, signIn } from '../relying-party.ts';

/** Everything that reads as `alice`, or is typed for it. */
const SAME_NAME = [
  'alice',
  'ALICE',
  '  Alice ',
  'ａｌｉｃｅ', // full width
  'ali\u00adce', // a soft hyphen
  'al\u200bice', // nothing, between two letters
  '\u202ealice', // from here on from right to left
  '\ufeffalice',
  '𝐚𝐥𝐢𝐜𝐞', // for formulas
  'alic\u{e0065}e', // a tag that nobody sees
];
/** Everything that only looks like it, or was once one with it. */
const OTHER_NAMES = [
  '\u0430lice', // Cyrillic
  'al\u0456ce',
  'αlice', // Greek
  'alıce', // Turkish, without a dot
  'alİce', // and with one in a capital
  'alíce',
  'alice\u0301',
  'a1ice',
  'a\u0000lice',
  'alice.',
  'alice@',
  'alice%00',
  "alice' or '1'='1",
  'alice\\',
  '*',
  '%',
  'alic_',
];

describe('a name', () => {
  let deployment: TestDeployment;
  let party: RelyingParty;
  before(async () => {
    deployment = await startDeployment();
    party = await demoParty(deployment, 'payroll-web');
  });
  after(() => deployment.stop());

  const attempt = async (identifier: string, password: string) => {
    const browser = visitor(deployment);
    const page = await browser.open((await party.begin()).url.href);
    return browser.submit(page, { identifier, password }, { action: '/sign-in' });
  };

  it('is the same however it is written', async () => {
    const subject = (await signIn(visitor(deployment), party, ALICE)).claims()?.sub;
    for (const identifier of SAME_NAME) {
      const person = { ...ALICE, identifier };
      const tokens = await signIn(visitor(deployment), party, person);
      assert.equal(tokens.claims()?.sub, subject, JSON.stringify(identifier));
    }
  });

  it('is another one when it only looks the same', async () => {
    for (const identifier of OTHER_NAMES) {
      const page = await attempt(identifier, ALICE.password);
      assert.ok([400, 422].includes(page.status), `${JSON.stringify(identifier)} ${page.status}`);
    }
  });

  it('gives no more guesses when it is written in more ways', async () => {
    const ways = ['bob', 'BOB', ' Bob', 'ｂｏｂ', 'b\u00adob', 'bo\u200bb', '\ufeffbob', '𝐛𝐨𝐛'];
    const statuses: number[] = [];
    for (let guess = 0; guess < 11; guess += 1) {
      const page = await attempt(ways[guess % ways.length] ?? '', `guess ${guess}`);
      statuses.push(page.status);
    }
    assert.deepEqual(statuses, [...Array<number>(10).fill(422), 429]);
    assert.equal((await attempt('BOB', BOB.password)).status, 429);
    assert.ok(answerAt(await attempt('alice', ALICE.password), party).code);
  });
});
