import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { scrubText } from './scrub-text.ts';

const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
const JWT = `${part({ alg: 'ES256', kid: 'x' })}.${part({ sub: 'alice' })}.${randomBytes(64).toString('base64url')}`;
const OPAQUE = `1aB${randomBytes(30).toString('base64url')}`;

describe('scrubText', () => {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

  const secret: [string, string, string][] = [
    ['a JWT', `bad token ${JWT} in request`, JWT.slice(-40)],
    ['the head of a cut JWT', JWT.slice(0, 30), JWT.slice(3, 30)],
    ['an encrypted JWT', `${part({ alg: 'dir' })}..aa.bb.cc-secret-tail`, 'cc-secret-tail'],
    ['a bearer token', `authorization failed for Bearer ${OPAQUE}`, OPAQUE],
    ['a bearer token that begins with a sign', `Bearer -_${OPAQUE}`, OPAQUE],
    ['a bearer token with a sign among small letters', `Bearer ab_c-${OPAQUE}`, OPAQUE],
    ['a DPoP token', `DPoP ${OPAQUE}`, OPAQUE],
    ['basic credentials', 'got Basic YWxpY2U6aHVudGVyMg==', 'YWxpY2U6'],
    ['a code in a query', `GET /cb?code=${OPAQUE}&state=x`, OPAQUE],
    ['a code encoded twice', `next=%2Fcb%3Fcode%3D${OPAQUE}`, OPAQUE],
    ['a password in a form', 'identifier=alice&password=hunter2+x', 'hunter2'],
    ['a password in JSON', '{"password":"hunter2 \\" and more","x":1}', 'more'],
    ['a password in an inspected object', inspect({ password: "it's hunter2" }), 'hunter2'],
    ['a one-time code in JSON', '{"otp":123456}', '123456'],
    ['a cookie header', 'cookie: _session=abc.def; _session.sig=ghi', 'abc.def'],
    ['a set-cookie header', 'Set-Cookie: _interaction=abcdef; HttpOnly', 'abcdef'],
    ['the password of a URL', 'cannot reach postgres://gh:hunt:er2@db:5432/x', 'er2'],
    ['a pushed request', `urn:ietf:params:oauth:request_uri:${OPAQUE}`, OPAQUE],
    ['a private key', `key ${privateKey} end`, privateKey.split('\n')[1] ?? ''],
    ['a cut private key', privateKey.slice(0, 80), privateKey.slice(40, 80)],
  ];
  for (const [what, text, hidden] of secret) {
    it(`removes ${what}`, () => {
      assert.ok(text.includes(hidden), 'the test holds what it looks for');
      const scrubbed = scrubText(text);
      assert.ok(!scrubbed.includes(hidden), scrubbed);
      assert.match(scrubbed, /\[(redacted|jwt|private key)\]/);
    });
  }

  it('keeps what surrounds a secret', () => {
    assert.equal(
      scrubText(`GET /cb?code=${OPAQUE}&iss=https://id.example&x=1 failed`),
      'GET /cb?code=[redacted]&iss=https://id.example&x=1 failed',
    );
    assert.equal(
      scrubText('postgres://gh:hunter2@db/x: refused'),
      'postgres://gh:[redacted]@db/x: refused',
    );
  });

  it('leaves ordinary sentences alone', () => {
    for (const sentence of [
      'Basic authentication is off for this client',
      'the authorization code has expired; code=400',
      'token endpoint: invalid_client',
      'GET /t/acme/auth 200 in 12 ms',
      'signing key kZ3xQ8e0m1yq0X9c2s4v6b8n0aWdRfTgYhUjIkOlPqE is active',
      'https://id.example/t/acme/token',
      'Error: password: expected at least 8 characters',
      'a@b.example signed in',
    ]) {
      assert.equal(scrubText(sentence), sentence);
    }
  });

  it('cuts what is very long, and takes linear time on hostile text', () => {
    assert.ok(scrubText('a'.repeat(1_000_000)).length < 20_000);
    const hostile = [
      'eyJ',
      'eyJ-',
      'Bearer ',
      'Bearer\t\t\t',
      '://',
      '://a:',
      'code=',
      '"code":"\\',
      'cookie:',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN ',
      'password" : ',
      'a',
      ' ',
    ];
    for (const unit of hostile) {
      const text = unit.repeat(Math.ceil(16_384 / unit.length));
      const start = performance.now();
      scrubText(text);
      const took = performance.now() - start;
      // Quadratic time would be seconds; the bound is generous for a busy machine.
      assert.ok(took < 1000, `${JSON.stringify(unit)} took ${took} ms`);
    }
  });
});
