import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../crypto/digest.ts';
import { createSealer } from '../crypto/sealing.ts';
import { randomSealingKey } from '../testing/key-replica.ts';
import type { ArtifactModel } from './artifact-store.ts';
import { artifactKey, fromStored, grantIdOf, grantReference, toStored } from './stored-payload.ts';

const key = randomSealingKey();
const sealer = createSealer([key]);

const place = (model: ArtifactModel, id: string, tenantId = 'tenant-a') => ({
  tenantId,
  model,
  key: artifactKey(model, id),
});

const INTERACTION = {
  jti: 'the-uid-of-the-interaction',
  kind: 'Interaction',
  iat: 1_700_000_000,
  exp: 1_700_001_800,
  returnTo: 'https://id.example/auth/the-uid-of-the-interaction',
  prompt: { name: 'login', reasons: ['no_session'], details: { login_hint: 'alice@hint.example' } },
  params: {
    client_id: 'web',
    state: 'the-state\u0000',
    login_hint: 'alice@hint.example',
    id_token_hint: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl',
  },
  session: { accountId: 'alice', uid: 'the-session-uid', cookie: 'the-live-session-id' },
  lastSubmission: { login: { accountId: 'alice' } },
  grantId: 'the-grant-id',
  parJti: 'the-pushed-request-id',
  deviceCode: 'the-device-code',
  cid: 'the-correlation-id',
};

const PUSHED = {
  jti: 'the-pushed-request-id',
  kind: 'PushedAuthorizationRequest',
  request: 'eyJhbGciOiJub25lIn0.eyJpZF90b2tlbl9oaW50IjoiYS5iLmMifQ.',
};

const SESSION = {
  jti: 'the-live-session-id',
  kind: 'Session',
  uid: 'the-session-uid',
  accountId: 'alice',
  loginTs: 1_700_000_000,
  authorizations: { web: { sid: 'the-sid', grantId: 'the-grant-id' } },
  state: {
    secret: 'the-form-secret',
    clientId: 'web',
    postLogoutRedirectUri: 'https://id.example/auth/the-uid-of-the-interaction',
  },
};

const REFRESH_TOKEN = {
  jti: 'the-refresh-token',
  kind: 'RefreshToken',
  accountId: 'alice',
  clientId: 'web',
  grantId: 'the-grant-id',
  scope: 'openid',
};

/** Every string in a payload, at any depth, that is long enough to be told from prose. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.length > 7 ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, member].flatMap(stringsOf));
}

describe('what is stored of an artifact', () => {
  for (const payload of [INTERACTION, PUSHED, SESSION, REFRESH_TOKEN]) {
    const at = place(payload.kind as ArtifactModel, payload.jti);

    it(`makes the ${payload.kind} again that it was`, () => {
      const stored = toStored(sealer, at, payload);
      // As the store gives it back: through JSON.
      const read = JSON.parse(JSON.stringify(stored));
      assert.deepEqual(fromStored(sealer, at, payload.jti, read), payload);
    });

    it(`does not hold the id of the ${payload.kind}, nor is changed by storing`, () => {
      const before = structuredClone(payload);
      assert.ok(!JSON.stringify(toStored(sealer, at, payload)).includes(payload.jti));
      assert.deepEqual(payload, before);
    });
  }

  it('shows nothing of an Interaction or a pushed request', () => {
    for (const payload of [INTERACTION, PUSHED]) {
      const stored = toStored(sealer, place(payload.kind as ArtifactModel, payload.jti), payload);
      assert.deepEqual(Object.keys(stored), ['sealed']);
      const readable = JSON.stringify(stored);
      for (const word of stringsOf(payload)) {
        assert.ok(!readable.includes(word), `${word} is readable`);
        const encoded = Buffer.from(word).toString('base64url').slice(0, -2);
        assert.ok(!readable.includes(encoded), `${word} is only encoded`);
      }
    }
  });

  it('shows of a Session what is not worth stealing, and seals its state', () => {
    const stored = toStored(sealer, place('Session', SESSION.jti), SESSION);
    const { state, ...rest } = stored;
    const { jti: _jti, state: _state, ...expected } = SESSION;
    assert.deepEqual(rest, expected);
    for (const secret of ['the-form-secret', 'the-uid-of-the-interaction', SESSION.jti]) {
      assert.ok(!JSON.stringify(stored).includes(secret), secret);
    }
    assert.equal(typeof state, 'string');
  });

  it('keeps the facts of a Session beside its payload, and to itself', () => {
    const at = place('Session', SESSION.jti);
    const facts = {
      started: { at: 1 },
      seen: { at: 2, userAgent: 'Firefox' },
      clients: { web: 2 },
    };
    const { state: _state, ...stateless } = SESSION;
    for (const payload of [SESSION, stateless]) {
      const stored = JSON.parse(JSON.stringify(toStored(sealer, at, payload, facts)));
      assert.deepEqual(stored.facts, facts);
      assert.deepEqual(fromStored(sealer, at, SESSION.jti, stored), payload);
    }
  });

  it('stores a Session without state as it is', () => {
    const { state: _state, ...payload } = SESSION;
    const at = place('Session', SESSION.jti);
    const stored = toStored(sealer, at, { ...payload, state: undefined });
    assert.deepEqual(
      fromStored(sealer, at, SESSION.jti, JSON.parse(JSON.stringify(stored))),
      payload,
    );
  });

  it('opens nowhere else: not for another tenant, id, model or key', () => {
    const at = place('Interaction', 'one');
    const stored = toStored(sealer, at, INTERACTION);
    const elsewhere = [
      place('Interaction', 'one', 'tenant-b'),
      place('Interaction', 'two'),
      { ...at, model: 'PushedAuthorizationRequest' as const },
    ];
    for (const other of elsewhere) {
      assert.equal(fromStored(sealer, other, 'one', stored), undefined);
    }
    const stranger = createSealer([randomSealingKey()]);
    assert.equal(fromStored(stranger, at, 'one', stored), undefined);
  });

  it('lets a Session whose state does not open go on without it', () => {
    const at = place('Session', SESSION.jti);
    const stored = toStored(sealer, at, SESSION);
    const { state: _state, ...rest } = SESSION;
    const stranger = createSealer([randomSealingKey()]);
    assert.deepEqual(fromStored(stranger, at, SESSION.jti, stored), { ...rest, state: undefined });
    const moved = place('Session', SESSION.jti, 'tenant-b');
    assert.equal(fromStored(sealer, moved, SESSION.jti, stored)?.state, undefined);
  });

  it('does not take a payload that was never sealed for a sealed one', () => {
    const at = place('Interaction', 'one');
    for (const forged of [{}, { sealed: null }, { sealed: '{"prompt":{}}' }, INTERACTION]) {
      assert.equal(fromStored(sealer, at, 'one', forged), undefined);
    }
  });

  it('opens what an older sealing key sealed', () => {
    const at = place('Interaction', 'one');
    const stored = toStored(sealer, at, INTERACTION);
    const rotated = createSealer([randomSealingKey(), key]);
    assert.deepEqual(fromStored(rotated, at, 'one', stored), { ...INTERACTION, jti: 'one' });
  });

  it('has no id when the id is not known, as by the uid of a session', () => {
    const { state: _state, ...payload } = SESSION;
    const at = place('Session', SESSION.jti);
    const found = fromStored(sealer, { ...at, key: '' }, undefined, toStored(sealer, at, payload));
    assert.ok(found !== undefined && !('jti' in found));
  });
});

describe('the reference to a grant', () => {
  it('finds the grant, and does not name it', () => {
    const reference = grantReference('the-grant-id');
    assert.equal(reference, sha256('the-grant-id'));
    assert.equal(artifactKey('Grant', grantIdOf(reference)), artifactKey('Grant', 'the-grant-id'));
  });

  it('is a reference for grants alone: anywhere else it is an id like others', () => {
    const reference = grantIdOf(grantReference('the-grant-id'));
    for (const model of ['RefreshToken', 'AccessToken', 'Session', 'Interaction'] as const) {
      assert.equal(artifactKey(model, reference), sha256(reference));
    }
  });

  it('stays the same when it is made of itself', () => {
    const reference = grantReference('the-grant-id');
    assert.equal(grantReference(grantIdOf(reference)), reference);
  });
});
