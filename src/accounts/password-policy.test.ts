import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { passwordWeakness } from './password-policy.ts';

const ACCOUNT = { username: 'Alice.Example', email: 'alice.of.acme@acme.example' };

describe('a new password', () => {
  const accepted = [
    'correct horse battery staple',
    '8 chars!',
    'пароль123',
    '\u{1f600}'.repeat(8),
    'x'.repeat(1024),
    'alice.example2',
    '        ',
    'nul\0nul\0',
  ];
  for (const password of accepted) {
    it(`of ${JSON.stringify(password).slice(0, 30)} may be set`, () => {
      assert.equal(passwordWeakness(password, ACCOUNT), undefined);
    });
  }

  const refused: ReadonlyArray<readonly [password: string, reason: string]> = [
    ['', 'too_short'],
    ['7 chars', 'too_short'],
    ['\u{1f600}'.repeat(7), 'too_short'],
    ['e\u0301'.repeat(7), 'too_short'],
    ['x'.repeat(1025), 'too_long'],
    ['€'.repeat(342), 'too_long'],
    ['alice.example', 'is_identifier'],
    ['ALICE.EXAMPLE ', 'is_identifier'],
    ['alice.of.acme@acme.example', 'is_identifier'],
    ['alice.of.acme', 'is_identifier'],
  ];
  for (const [password, reason] of refused) {
    it(`of ${JSON.stringify(password).slice(0, 30)} is ${reason}`, () => {
      assert.equal(passwordWeakness(password, ACCOUNT), reason);
    });
  }

  it('of an account without an e-mail address is compared with its name alone', () => {
    const account = { username: 'alice.example', email: undefined };
    assert.equal(passwordWeakness('alice.of.acme', account), undefined);
    assert.equal(passwordWeakness('alice.example', account), 'is_identifier');
  });
});
