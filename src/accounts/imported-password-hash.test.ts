import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Algorithm, hash as argon2, type Version } from '@node-rs/argon2';
import { readImportedPasswordHash } from './imported-password-hash.ts';

const PASSWORD = 'correct horse battery staple';

/** Made by other software: Python's hashlib, libcrypt, passlib's documentation, the argon2 tool. */
const KNOWN: ReadonlyArray<readonly [what: string, hash: string, password: string]> = [
  ['bcrypt 2a', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
  ['bcrypt 2b', '$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG', PASSWORD],
  ['bcrypt 2y', '$2y$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG', PASSWORD],
  [
    'argon2i without a version',
    '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ',
    'password',
  ],
  [
    'scrypt',
    '$scrypt$ln=10,r=8,p=2$8PHy8/T19vf4+fr7/P3+/w$p4tDseuOK02FvpkLpgnrqTKjnlK86Vk2NLXFo8AMsHM',
    PASSWORD,
  ],
  [
    'scrypt of 64 MiB',
    '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
    'password',
  ],
  [
    'PBKDF2 with SHA-256',
    '$pbkdf2-sha256$i=1000$8PHy8/T19vf4+fr7/P3+/w$0A35jjZ8X+jm/Nj9sc4uzmU/RqA2wljSyf5enbVFSOY',
    PASSWORD,
  ],
  [
    'PBKDF2 with SHA-512 and its length',
    '$pbkdf2-sha512$i=1000,l=64$8PHy8/T19vf4+fr7/P3+/w$7Ny4dUakS7JIZAfjYpLQGSZsWvUihs7A6xXDgyqRrc3BkpXb3nL1/MvPpT3VxDAwU6FzpGn1KkCfA3fC7/680Q',
    PASSWORD,
  ],
  [
    "PBKDF2 in passlib's form",
    '$pbkdf2-sha256$1000$8PHy8/T19vf4.fr7/P3./w$0A35jjZ8X.jm/Nj9sc4uzmU/RqA2wljSyf5enbVFSOY',
    PASSWORD,
  ],
  [
    "PBKDF2 with SHA-1 and passlib's alphabet",
    '$pbkdf2$1000$8PHy8/T19vf4.fr7/P3./w$b1ALU8iwgU5.fFcj2U3.nlZfu20',
    PASSWORD,
  ],
  [
    "Django's PBKDF2",
    'pbkdf2_sha256$1000$seasalt$3xmXbyk2QpiyNcnoBbzRPwEBsYPTbDlRdtmLyBvQltA=',
    PASSWORD,
  ],
  ["Django's PBKDF2 with SHA-1", 'pbkdf2_sha1$1000$seasalt$9iRYj0as1r5j+cCBxB+HMlxkyr4=', PASSWORD],
];

const H = 'CI7bn5HlbUGFqsFPLQWM8WLJMu4D5qFUD9z8OI6Y1PU';

/** Each would be an error, a stall or a match by chance if it were verified. */
const UNUSABLE: ReadonlyArray<readonly [what: string, hash: string]> = [
  ['nothing', ''],
  ['a readable password', PASSWORD],
  ['an unknown scheme', `$sha512-crypt$5000$salt$${H}`],
  ['broken bcrypt 2x', '$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt, cut', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe'],
  ['bcrypt of cost 3', '$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt of cost 31', '$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['Argon2 with a short salt', `$argon2id$v=19$m=1024,t=1,p=1$c2FsdA$${H}`],
  ['Argon2 with broken base64', `$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHR$${H}`],
  ['Argon2 with a hash of 3 bytes', '$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$AAAA'],
  ['Argon2 with a hash of 6 bytes', '$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$AAAAAAAA'],
  ['Argon2 with too little memory', `$argon2id$v=19$m=7,t=1,p=1$c2FsdHNhbHQ$${H}`],
  ['Argon2 of 4 TiB', `$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$${H}`],
  ['Argon2 of a million passes', `$argon2id$v=19$m=1024,t=1000000,p=1$c2FsdHNhbHQ$${H}`],
  ['Argon2 with a pepper', `$argon2id$v=19$m=1024,t=1,p=1,keyid=AAAA$c2FsdHNhbHQ$${H}`],
  ['scrypt of 128 GiB', `$scrypt$ln=27,r=8,p=1$c2FsdHNhbHQ$${H}`],
  ['scrypt with no rounds', `$scrypt$ln=0,r=8,p=1$c2FsdHNhbHQ$${H}`],
  ['scrypt with broken base64', '$scrypt$ln=10,r=8,p=1$c2FsdHNhbHQ$not base64 at all'],
  ['scrypt with a hash of 3 bytes', '$scrypt$ln=10,r=8,p=1$c2FsdHNhbHQ$AAAA'],
  ['PBKDF2 of ten billion rounds', `$pbkdf2-sha256$i=9999999999$c2FsdHNhbHQ$${H}`],
  ['PBKDF2 with no rounds', `$pbkdf2-sha256$i=0$c2FsdHNhbHQ$${H}`],
  ['PBKDF2 without a hash', '$pbkdf2-sha256$i=1000$c2FsdHNhbHQ$'],
  ['PBKDF2 with MD5', `$pbkdf2-md5$i=1000$c2FsdHNhbHQ$${H}`],
];

describe('an imported password hash', () => {
  for (const [what, hash, password] of KNOWN) {
    it(`of ${what} matches its password and no other`, async () => {
      const imported = readImportedPasswordHash(hash);
      assert.ok(!('problem' in imported));
      assert.equal(await imported.verify(password), true);
      assert.equal(await imported.verify(`${password}x`), false);
      assert.equal(await imported.verify(''), false);
    });
  }

  // The library declares these as ambient const enums, which type stripping cannot read.
  const kinds = {
    argon2d: 0 satisfies Algorithm.Argon2d,
    argon2id: 2 satisfies Algorithm.Argon2id,
  };
  for (const [kind, algorithm] of Object.entries(kinds)) {
    for (const version of [0 satisfies Version.V0x10, 1 satisfies Version.V0x13]) {
      it(`of ${kind}, version ${version}, without a pepper matches`, async () => {
        const options = { algorithm, version, memoryCost: 1024, timeCost: 1 };
        const imported = readImportedPasswordHash(await argon2(PASSWORD, options));
        assert.ok(!('problem' in imported));
        assert.equal(await imported.verify(PASSWORD), true);
        assert.equal(await imported.verify('wrong'), false);
      });
    }
  }

  for (const [what, hash] of UNUSABLE) {
    it(`that is ${what} is refused with a reason that holds nothing of it`, () => {
      const refused = readImportedPasswordHash(hash);
      assert.ok('problem' in refused);
      assert.match(refused.problem, /^the password hash (has a form|is costlier)/);
    });
  }
});
