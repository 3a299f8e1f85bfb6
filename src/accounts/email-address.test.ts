import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isEmailAddress, readEmailAddress } from './email-address.ts';

describe('an address that somebody types for themselves', () => {
  it('is taken in every script that people write', () => {
    for (const address of [
      'alice@acme.example',
      "o'neil+news@sub.acme.example",
      'почта@пример.рф',
      '用户@例え.テスト',
      'tanakaさん@example.jp',
      '홍길동@example.kr',
      'δοκιμή@παράδειγμα.ελ',
    ]) {
      assert.deepEqual(readEmailAddress(` ${address}\t`), { address }, address);
    }
  });

  it('is refused when it mixes scripts to look like another', () => {
    for (const address of [
      'аlice@acme.example', // Cyrillic а
      'alice@аcme.example',
      'αlice@acme.example', // Greek α
      'ali\u0441e@acme.example',
      'paypal\u04cf@acme.example',
      'a\u13a0lice@acme.example', // Cherokee
      'alice@xn--cme-5cd.example', // a Cyrillic а, as it is sent
    ]) {
      assert.deepEqual(readEmailAddress(address), { problem: 'mixed_scripts' }, address);
    }
  });

  it('comes out in one way, however its letters are written', () => {
    for (const [typed, address] of [
      ['ａｌｉｃｅ＠ａｃｍｅ．ｅｘａｍｐｌｅ', 'alice@acme.example'],
      ['alice@acme。example', 'alice@acme.example'],
      ['Alice@ACME.Example', 'Alice@acme.example'],
      ['\ufb01ona@acme.example', 'fiona@acme.example'],
      ['alice@xn--mller-kva.example', 'alice@müller.example'],
      ['alice@MÜLLER.example', 'alice@müller.example'],
    ] as const) {
      assert.deepEqual(readEmailAddress(typed), { address }, typed);
    }
  });

  it('is no second name of a mailbox that has one', () => {
    for (const text of [
      'alice@acme.example/1',
      'alice@acme.example?1',
      'alice@acme.example#1',
      'alice@acme.example／1',
      'alice@%61cme.example',
      'alice@acme.example.',
      'alice@ac\u00adme.example',
      'alice@acme\u200b.example',
      'ali\u00adce@acme.example',
      'ali\u200dce@acme.example',
      'alice\u202e@acme.example',
      'alice\ufe0f@acme.example',
    ]) {
      assert.deepEqual(readEmailAddress(text), { problem: 'malformed' }, text);
      if (!text.endsWith('.')) assert.equal(isEmailAddress(text), false, text);
    }
  });

  it('is refused when no mail could reach it', () => {
    for (const text of [
      'alice',
      '@acme.example',
      'alice@',
      'alice@@acme.example',
      'alice@localhost',
      'alice@-acme.example',
      'alice..b@acme.example',
      '.alice@acme.example',
      'o’neil@acme.example',
      'alice@acme..example',
      'alice@[127.0.0.1]',
      'alice@127.0.0.1',
      'alice bob@acme.example',
      'alice@acme.example\r\nBcc: eve@evil.example',
      'Alice <alice@acme.example>',
      '"a b"@acme.example',
      'alice@acme.example,eve@evil.example',
      `${'a'.repeat(65)}@acme.example`,
      `alice@${'a.'.repeat(130)}example`,
      'ali\u0000ce@acme.example',
      '\ud800@acme.example',
      'x'.repeat(1_000_000),
    ]) {
      assert.deepEqual(readEmailAddress(text), { problem: 'malformed' }, text.slice(0, 40));
    }
    assert.deepEqual(readEmailAddress('  '), { problem: 'missing' });
  });
});
