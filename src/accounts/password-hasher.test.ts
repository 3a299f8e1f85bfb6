import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hash as argon2 } from '@node-rs/argon2';
import { OverloadedError } from '../errors.ts';
import { createPasswordHasher, PasswordTooLongError } from './password-hasher.ts';

const OPTIONS = { pepper: 'a pepper for tests', concurrency: 2, queueLimit: 64 };
const PASSWORD = 'correct horse battery staple';

describe('a password hash', () => {
  const hasher = createPasswordHasher(OPTIONS);

  it('matches its password and no other', async () => {
    const hash = await hasher.hash(PASSWORD);
    assert.equal(await hasher.verify(hash, PASSWORD), 'match');
    assert.equal(await hasher.verify(hash, `${PASSWORD} `), 'mismatch');
    assert.equal(await hasher.verify(hash, ''), 'mismatch');
  });

  it('names its parameters and its pepper, and is different every time', async () => {
    const [a, b] = await Promise.all([hasher.hash(PASSWORD), hasher.hash(PASSWORD)]);
    assert.match(a, /^\$argon2id\$v=19\$m=19456,t=2,p=1,keyid=[A-Za-z0-9]{8}\$[^$]{22}\$[^$]{43}$/);
    assert.notEqual(a, b);
    assert.equal(a.includes(OPTIONS.pepper), false);
  });

  it('is worth nothing without its pepper', async () => {
    const hash = await hasher.hash(PASSWORD);
    const other = createPasswordHasher({ ...OPTIONS, pepper: 'another pepper' });
    assert.equal(await other.verify(hash, PASSWORD), 'mismatch');
    assert.match(other.problem(hash) ?? '', /another pepper/);
    assert.equal(hasher.problem(hash), undefined);
    const bare = hash.replace(/,keyid=[^$]+/, '');
    assert.equal(await hasher.verify(bare, PASSWORD), 'mismatch');
  });

  it('does not depend on how the keyboard composes a letter', async () => {
    const composed = 'caf\u00e9 \ufb01n \u2460';
    const decomposed = 'cafe\u0301 fin 1';
    assert.equal(await hasher.verify(await hasher.hash(composed), decomposed), 'match');
  });

  it('made with lower costs matches and asks for an upgrade', async () => {
    const secret = Buffer.from(OPTIONS.pepper);
    const keyId = /keyid=[^$]+/.exec(await hasher.hash(PASSWORD))?.[0];
    for (const costs of [{ memoryCost: 9728 }, { timeCost: 1 }]) {
      const old = await argon2(PASSWORD, { memoryCost: 19_456, timeCost: 2, secret, ...costs });
      const hash = old.replace(',p=1$', `,p=1,${keyId}$`);
      assert.equal(await hasher.verify(hash, PASSWORD), 'match_needs_upgrade');
      assert.equal(await hasher.verify(hash, 'wrong'), 'mismatch');
    }
    const strong = await argon2(PASSWORD, { memoryCost: 32_768, timeCost: 3, secret });
    assert.equal(await hasher.verify(strong.replace(',p=1$', `,p=1,${keyId}$`), PASSWORD), 'match');
  });

  it('imported from elsewhere matches and asks for an upgrade', async () => {
    const bcrypt = '$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG';
    assert.equal(await hasher.verify(bcrypt, PASSWORD), 'match_needs_upgrade');
    assert.equal(await hasher.verify(bcrypt, 'wrong'), 'mismatch');
    assert.equal(hasher.problem(bcrypt), undefined);
  });

  it('of a form nobody knows, or damaged, never matches and says why', async () => {
    const damaged = (await hasher.hash(PASSWORD)).replace(/.$/, '!');
    for (const hash of [PASSWORD, '', '$argon2id$', damaged]) {
      assert.equal(await hasher.verify(hash, PASSWORD), 'mismatch');
      assert.match(hasher.problem(hash) ?? '', /^the password hash /);
    }
  });
});

describe('the password hasher', () => {
  it('computes one hash, no more and no less, whatever there is to compare with', async () => {
    const hasher = createPasswordHasher(OPTIONS);
    const hash = await hasher.hash(PASSWORD);
    for (const stored of [undefined, hash, 'of no known form', `${hash}x`]) {
      const before = hasher.load().started;
      await hasher.verify(stored, 'wrong');
      assert.equal(hasher.load().started - before, 1);
    }
  });

  it('refuses a password of more than 1,024 bytes before it computes anything', async () => {
    const hasher = createPasswordHasher(OPTIONS);
    const megabyte = 'x'.repeat(1024 * 1024);
    for (const password of [megabyte, 'x'.repeat(1025), '\u20ac'.repeat(342)]) {
      await assert.rejects(hasher.hash(password), PasswordTooLongError);
      await assert.rejects(
        hasher.verify(undefined, password),
        (error) => error instanceof PasswordTooLongError && error.status === 400 && error.expose,
      );
    }
    assert.equal(hasher.load().started, 0);
    assert.equal(await hasher.verify(undefined, '\u20ac'.repeat(341)), 'mismatch');
  });

  it('sheds what it cannot do soon, and does the rest', async () => {
    const hasher = createPasswordHasher({ ...OPTIONS, concurrency: 1, queueLimit: 3 });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => hasher.verify(undefined, PASSWORD)),
    );
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 4);
    for (const result of results) {
      if (result.status === 'rejected') assert.ok(result.reason instanceof OverloadedError);
    }
    assert.deepEqual(hasher.load(), { running: 0, waiting: 0, started: 4, refused: 16 });
  });

  it('leaves the event loop free', async () => {
    const hasher = createPasswordHasher(OPTIONS);
    let turns = 0;
    const hashing = Promise.all([hasher.hash(PASSWORD), hasher.hash(PASSWORD)]);
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await hashing;
    clearInterval(timer);
    assert.ok(turns >= 2, `the event loop turned ${turns} times while two hashes were made`);
  });
});
