import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { createSealer, type SealContext, SealError, sealingKey } from './sealing.ts';

const context: SealContext = {
  tenant: 'tenant-a',
  purpose: 'signing_key',
  record: 'kid-1',
  version: 1,
};
const plaintext = '{"kty":"EC","d":"grüße, 日本"}';

describe('a seal', () => {
  const key = sealingKey(randomBytes(32));
  const sealer = createSealer([key]);

  test('opens in the context in which it was made', () => {
    assert.equal(sealer.open(sealer.seal(plaintext, context), context), plaintext);
  });

  test('opens even when what it holds is empty', () => {
    assert.equal(sealer.open(sealer.seal('', context), context), '');
  });

  test('shows nothing of what it holds, and never looks the same twice', () => {
    const first = sealer.seal(plaintext, context);
    const second = sealer.seal(plaintext, context);
    assert.notEqual(first, second);
    const bytes = Buffer.from(first.split('.')[2] ?? '', 'base64url');
    assert.equal(bytes.includes('grüße'), false);
    assert.equal(bytes.includes('"d"'), false);
  });

  const elsewhere: Record<string, SealContext> = {
    'for another tenant': { ...context, tenant: 'tenant-b' },
    'for another purpose': { ...context, purpose: 'totp_seed' },
    'in another record': { ...context, record: 'kid-2' },
    'as another version': { ...context, version: 2 },
    'where parts of the context are shifted': {
      ...context,
      tenant: 'tenant-as',
      purpose: 'igning_key',
    },
  };
  for (const [where, other] of Object.entries(elsewhere)) {
    test(`does not open ${where}`, () => {
      const sealed = sealer.seal(plaintext, context);
      assert.throws(() => sealer.open(sealed, other), SealError);
    });
  }

  test('does not open when any one of its bytes was flipped', () => {
    const [version, keyId, body = ''] = sealer.seal(plaintext, context).split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (let position = 0; position < bytes.length; position++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(position) ^ 0x01, position);
      const changed = `${version}.${keyId}.${flipped.toString('base64url')}`;
      assert.throws(() => sealer.open(changed, context), SealError, `byte ${position}`);
    }
  });

  test('does not open when it was cut short', () => {
    const sealed = sealer.seal(plaintext, context);
    assert.throws(() => sealer.open(sealed.slice(0, -8), context), SealError);
    assert.throws(() => sealer.open(sealed.slice(0, 20), context), SealError);
  });

  for (const nonsense of ['', 'v1', 'v1..', 'v2.abc.def', 'no seal at all', '....']) {
    test(`is not mistaken for "${nonsense}"`, () => {
      assert.throws(() => sealer.open(nonsense, context), SealError);
      assert.throws(() => sealer.keyIdOf(nonsense), SealError);
    });
  }

  test('that does not open says so without what it holds', () => {
    const sealed = sealer.seal(plaintext, context);
    assert.throws(
      () => sealer.open(sealed, { ...context, tenant: 'tenant-b' }),
      (error: unknown) =>
        error instanceof SealError &&
        error.code === 'seal_broken' &&
        error.status === 500 &&
        !error.expose &&
        error.message.includes('kid-1') &&
        !error.message.includes('grüße'),
    );
  });
});

describe('sealing keys', () => {
  const older = sealingKey(randomBytes(32));
  const newer = sealingKey(randomBytes(32));

  test('rotate: the first of two seals, both open', () => {
    const before = createSealer([older]).seal(plaintext, context);
    const both = createSealer([newer, older]);
    const after = both.seal(plaintext, context);
    assert.equal(both.open(before, context), plaintext);
    assert.equal(both.open(after, context), plaintext);
    assert.equal(both.currentKeyId, newer.id);
    assert.equal(both.keyIdOf(before), older.id);
    assert.equal(both.keyIdOf(after), newer.id);
  });

  test('that are not configured open nothing, and the error names the one that is missing', () => {
    const sealed = createSealer([older]).seal(plaintext, context);
    assert.throws(
      () => createSealer([newer]).open(sealed, context),
      (error: unknown) => error instanceof SealError && error.message.includes(older.id),
    );
  });

  test('do not open for each other when a seal is relabelled', () => {
    const both = createSealer([newer, older]);
    const relabelled = both.seal(plaintext, context).replace(newer.id, older.id);
    assert.throws(() => both.open(relabelled, context), SealError);
  });

  test('have a name that is stable and does not hold the key', () => {
    const secret = randomBytes(32);
    const { id } = sealingKey(secret);
    assert.equal(sealingKey(Buffer.from(secret)).id, id);
    assert.match(id, /^[\w-]{8}$/);
    assert.equal(secret.includes(Buffer.from(id, 'base64url')), false);
  });

  test('have 32 bytes', () => {
    for (const length of [0, 16, 31, 33]) {
      assert.throws(() => sealingKey(randomBytes(length)), SealError);
    }
  });

  test('are needed: without one there is no sealer', () => {
    assert.throws(() => createSealer([]), SealError);
  });
});
