import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PasswordWeakness, passwordWeakness } from './password-policy.ts';

const OWNER = {
  username: 'Alice.Example',
  email: 'alice.of.acme@mail.acme.example',
  claims: {
    name: 'Alice Maria Exämple',
    nickname: '田中',
    birthdate: '1990-05-17',
    phone_number: '+49 151 23456789',
    address: { country: 'NL' },
  },
};
const SERVICES = ['Acme Notes', 'acme'];

const weakness = (password: string) => passwordWeakness(password, OWNER, SERVICES);
const shown = (password: string) => JSON.stringify(password).slice(0, 40);

describe('a new password', () => {
  const accepted = [
    'correct horse battery staple',
    'correcthorse',
    'in the garden of Alice',
    'alice likes tea',
    'Tr0ub4dor&3',
    'xK9#pQ2w',
    'alice-xK9#pQ2w',
    'пароль, но длинный',
    'パスワードは長いほうが良い',
    '\u{1f600}\u{1f40c}\u{1f6b2}\u{1f34b}\u{1f9ed}\u{1f3bb}\u{1f58d}\u{1f9f7}',
    'e\u0301ete\u0301 a\u0300 Gene\u0300ve',
    'nul\0nul\0lun\0',
    '8472 9913 2210',
    'monkey8472991322',
    'a horse, a horse, my kingdom '.repeat(30),
    `${'only one of them is '.repeat(50)}other`,
  ];
  for (const password of accepted) {
    it(`of ${shown(password)} may be set`, async () => {
      assert.equal(await weakness(password), undefined);
    });
  }

  const refused: Readonly<Record<PasswordWeakness, readonly string[]>> = {
    too_short: ['', '7 chars', '\u{1f600}'.repeat(7), 'e\u0301'.repeat(7)],
    too_long: ['x'.repeat(1025), '€'.repeat(342), 'correct horse '.repeat(80_000)],
    common: [
      'password',
      'iloveyou',
      'PassWord',
      'pass word',
      'p.a.s.s-w_o_r_d',
      'ｐａｓｓｗｏｒｄ',
      'pass\u00adword\u200b',
      'P@ssw0rd',
      'p4$$w0rd',
      'sunsh1ne',
      'Password1!',
      '!!password2024',
      'dragon99999999',
      'monkey 12345678',
      '2024Summer!',
      '$uperman77',
      'passwordpassword',
      'Dragon.Dragon.Dragon.',
      'iloveyou'.repeat(128),
      'summer1999',
      'trustno1',
      '1q2w3e4r',
    ],
    pattern: [
      '        ',
      'aaaaaaaa',
      'x'.repeat(1024),
      '12345678',
      '1234abcd',
      'abcdefgh',
      'hgfedcba',
      'aaaabbbb',
      'abcabcabc',
      '1212121212',
      'qwertyuiop',
      'asdfqwer',
      'qwertzuiop',
      '-1-2-3-4-5-6-7-8',
      'абвгдежз',
      'йцукенгш',
    ],
    personal: [
      'alice.example',
      'ALICE.EXAMPLE ',
      'alice.example2',
      'Example Alice 1990',
      'alice.of.acme@mail.acme.example',
      'alice.of.acme',
      'aliceexample12345678',
      'AliceMaria!',
      'maria exämple',
      'aliceacme',
      '田中田中1990',
      '田中-alice-99',
      '17.05.1990',
      '05171990!!',
      'alice170590',
      '15123456789',
      '+4915123456789',
      'AcmeNotes1!',
      'acmenotespassword',
    ],
  };
  for (const [reason, passwords] of Object.entries(refused)) {
    for (const password of passwords) {
      it(`of ${shown(password)} is ${reason}`, async () => {
        assert.equal(await weakness(password), reason);
      });
    }
  }

  it('of a million characters is refused without being looked at', async () => {
    const start = performance.now();
    for (let attempt = 0; attempt < 1000; attempt += 1) {
      assert.equal(await weakness('x'.repeat(1_000_000)), 'too_long');
    }
    assert.ok(performance.now() - start < 5000);
  });

  it('as long as it may be costs little, whatever is in it', async () => {
    await weakness('correct horse battery staple');
    const worst = [
      '1!'.repeat(512),
      `${'ab'.repeat(511)}ba`,
      'alice'.repeat(204),
      '\ufdfa'.repeat(341),
      `${'9'.repeat(12)}${'x'.repeat(900)}y${'9'.repeat(12)}`,
      'qwertasdfg'.repeat(102),
    ];
    for (const password of worst) {
      const start = performance.now();
      await weakness(password);
      const took = performance.now() - start;
      assert.ok(took < 1000, `${shown(password)}: ${took} ms`);
    }
  });

  it('of an account of which little is known is compared with that', async () => {
    const account = { username: 'alice.example', email: undefined };
    assert.equal(await passwordWeakness('alice.of.acme', account), undefined);
    assert.equal(await passwordWeakness('alice.example', account), 'personal');
    assert.equal(await passwordWeakness('acme notes acme', account), undefined);
  });

  it('may hold three letters that are in a name, too', async () => {
    const ana = { username: 'ana', email: 'ana@com.example', claims: { name: 'Ana Li' } };
    for (const password of ['banana boat', 'comandante!', 'livelihood-so']) {
      assert.equal(await passwordWeakness(password, ana), undefined, password);
    }
  });
});
