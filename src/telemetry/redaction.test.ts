import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StorageUnavailableError } from '../errors.ts';
import { isSecretKey, redactFields } from './redaction.ts';

const SECRET = 'hunter2-do-not-print';

describe('redactFields', () => {
  it('hides secrets by their key, in any spelling, however deep', () => {
    const keys = [
      'password',
      'newPassword',
      'password_hash',
      'client_secret',
      'clientSecret',
      'token',
      'access_token',
      'refreshTokens',
      'id_token_hint',
      'code',
      'user_code',
      'code_verifier',
      'client_assertion',
      'Authorization',
      'Cookie',
      'set-cookie',
      'csrf',
      'csrfToken',
      'x-csrf-token',
      'DPoP',
      'jti',
      'otp',
      'recovery_codes',
      'private_key',
      'keyEncryptionKeys',
      'databaseUrl',
      'body',
    ];
    for (const key of keys) {
      const printed = JSON.stringify(
        redactFields({ [key]: SECRET, a: [{ b: { [key]: { inner: SECRET } } }] }),
      );
      assert.ok(!printed.includes(SECRET), `${key}: ${printed}`);
      assert.ok(printed.includes('[redacted]'), key);
    }
  });

  it('keeps what only sounds secret', () => {
    const fields = {
      status: 'active',
      status_code: 200,
      token_type: 'Bearer',
      token_endpoint_auth_method: 'private_key_jwt',
      client_id: 'notes-web',
      tenant: 'acme',
      kid: 'k1',
      passwordless: 'yes',
      codec: 'x',
      expiresAt: 5,
      has_password: true,
      refresh_token: undefined,
      methods: ['password', 'totp'],
    };
    assert.deepEqual(redactFields(fields), fields);
  });

  it('tells a missing secret and a flag from a hidden one', () => {
    assert.deepEqual(redactFields({ token: null, secret: false, password: '' }), {
      token: null,
      secret: false,
      password: '[redacted]',
    });
  });

  it('hides secrets in headers, maps, queries and flat header lists', () => {
    const printed = JSON.stringify(
      redactFields({
        headers: new Headers({ authorization: `Bearer ${SECRET}`, accept: 'text/html' }),
        map: new Map([['cookie', SECRET]]),
        query: new URLSearchParams({ code: SECRET, scope: 'openid' }),
        url: new URL(`https://u:${SECRET}@h.example/cb?code=${SECRET}`),
        list: ['Host', 'h.example', 'Cookie', SECRET],
        rawHeaders: ['Cookie', SECRET],
        set: new Set([`password=${SECRET}`]),
        bytes: Buffer.from(SECRET),
      }),
    );
    assert.ok(!printed.includes(SECRET), printed);
    assert.ok(!printed.includes(Buffer.from(SECRET).toString('base64')), printed);
    for (const kept of ['text/html', 'openid', 'h.example', '[20 bytes]']) {
      assert.ok(printed.includes(kept), kept);
    }
  });

  it('serialises errors with code, message, stack and their chain of causes', () => {
    const driver = Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:5432'), {
      code: 'ECONNREFUSED',
      password: SECRET,
    });
    const { error } = redactFields({ error: new StorageUnavailableError('postgres', driver) });
    assert.partialDeepStrictEqual(error, {
      name: 'StorageUnavailableError',
      code: 'storage_unavailable',
      status: 503,
      message: 'postgres did not answer',
      cause: { name: 'Error', code: 'ECONNREFUSED' },
    });
    const printed = JSON.stringify(error);
    assert.match(printed, /redaction\.test\.ts/);
    assert.ok(!printed.includes(SECRET));
  });

  it('scrubs messages, stacks, causes that are no errors, and members of aggregates', () => {
    const error = new Error(`bad password=${SECRET}`, {
      cause: new AggregateError(
        [new Error(`token=${SECRET}`), { password: SECRET }, `code=${SECRET}`],
        'several',
        { cause: { client_secret: SECRET, note: 'kept' } },
      ),
    });
    const printed = JSON.stringify(redactFields({ error }));
    assert.ok(!printed.includes(SECRET), printed);
    for (const kept of ['bad password=', 'several', 'kept', 'token=']) {
      assert.ok(printed.includes(kept), kept);
    }
  });

  it('never shows the statement or the values of a failed query', () => {
    const error = new Error(
      `insert into "accounts" ("hash") values ('${SECRET}') - duplicate key value violates unique constraint`,
    );
    const serialised = redactFields({ error });
    const printed = JSON.stringify(serialised);
    assert.ok(!printed.includes(SECRET), printed);
    assert.ok(printed.includes('duplicate key value violates unique constraint'));
    const bare = JSON.stringify(redactFields({ error: new Error(`select '${SECRET}'`) }));
    assert.ok(!bare.includes(SECRET), bare);
  });

  it('does not take a bearer value for an error code', () => {
    const code = 'q'.repeat(43);
    const printed = JSON.stringify(
      redactFields({ error: Object.assign(new Error('x'), { code }) }),
    );
    assert.ok(!printed.includes(code));
  });

  it('survives cycles, throwing getters, proxies, bad dates and endless input', () => {
    const cyclic: Record<string, unknown> = { name: 'a' };
    cyclic.self = cyclic;
    const loop = new Error('loop');
    loop.cause = loop;
    const deep = Array.from({ length: 50_000 }).reduce<unknown>((inner) => [inner], 'bottom');
    const trap = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no');
        },
      },
    );
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const fields = {
      cyclic,
      loop,
      deep,
      trap,
      revoked: revoked.proxy,
      getter: {
        get boom() {
          throw new Error('boom');
        },
        get password() {
          throw new Error('never read');
        },
        fine: 1,
      },
      hostileError: Object.defineProperty(new Error('x'), 'message', {
        get() {
          throw new Error('no message');
        },
      }),
      date: new Date(Number.NaN),
      nan: Number.NaN,
      big: 10n ** 50n,
      symbol: Symbol('s'),
      run: () => SECRET,
      wide: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index])),
      list: Array.from({ length: 1_000_000 }, () => 'x'),
      nested: Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => ({ a: 1 }))),
      text: 'x'.repeat(5_000_000),
      bare: Object.assign(Object.create(null), { ok: true }),
    };
    const printed = JSON.stringify(redactFields(fields));
    assert.ok(printed.length < 200_000, `${printed.length}`);
    for (const mark of ['[circular]', '[too deep]', '[unreadable]', '[function]', 'Invalid Date']) {
      assert.ok(printed.includes(mark), mark);
    }
  });

  it('leaves its input as it was', () => {
    const fields = Object.freeze({ token: 'x', deep: Object.freeze({ password: 'y' }) });
    redactFields(fields);
    assert.deepEqual(fields, { token: 'x', deep: { password: 'y' } });
  });
});

describe('isSecretKey', () => {
  it('does not mistake neighbours', () => {
    for (const key of ['country_code_of', 'encoding', 'monkey', 'key', 'codes_total', 'state']) {
      assert.equal(isSecretKey(key), false, key);
    }
  });
});
