import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mailAddress, maskedAddress } from './mail-address.ts';

describe('mailAddress', () => {
  for (const [text, address] of [
    ['alice@example.com', 'alice@example.com'],
    ["Alice.O'Neill+tag@Example.COM", "Alice.O'Neill+tag@example.com"],
    ['alice@localhost', 'alice@localhost'],
    ['用户@例子.广告', '用户@xn--fsqu00a.xn--4rr70v'],
    ['jürgen@müller.example', 'jürgen@xn--mller-kva.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ] as const) {
    it(`takes ${text}`, () => assert.equal(mailAddress(text), address));
  }

  for (const wrong of [
    '',
    '@',
    'alice',
    'alice@',
    '@example.com',
    'alice@@example.com',
    'alice@bob@example.com',
    'alice@example..com',
    'alice@.example.com',
    'alice@-example.com',
    'alice@example.com.',
    'alice@example.com/bob',
    'alice@example.com?bob',
    'alice@example.com#bob',
    'alice@ex%61mple.com',
    'alice@example\u00ad.com',
    'alice@[127.0.0.1]',
    'alice@127.0.0.1',
    'alice@2130706433',
    '.alice@example.com',
    'alice.@example.com',
    'al..ice@example.com',
    '"alice"@example.com',
    'alice smith@example.com',
    'alice@exam ple.com',
    'Alice <alice@example.com>',
    'alice@example.com,bob@example.com',
    'alice@example.com;bob@example.com',
    'alice@example.com>',
    'alice@example.com\r\nBcc: bob@example.com',
    'alice\r\n@example.com',
    'alice\0@example.com',
    'alice\u202e@example.com',
    'alice\u00a0@example.com',
    'alice@exam\u0000ple.com',
    'alice@example.com%0d%0aRCPT',
    `${'a'.repeat(65)}@example.com`,
    `${'ä'.repeat(33)}@example.com`,
    `a@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(63)}.com`,
    `${'a'.repeat(1_000_000)}@example.com`,
  ]) {
    it(`refuses ${JSON.stringify(wrong.slice(0, 60))}`, () => {
      assert.equal(mailAddress(wrong), undefined);
    });
  }
});

describe('maskedAddress', () => {
  it('shows the first letter and the domain', () => {
    assert.equal(maskedAddress('newalice@example.com'), 'n•••@example.com');
    assert.equal(maskedAddress('𝒜x@example.com'), '𝒜•••@example.com');
  });
});
