import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { rawRequest } from '../serve-app.ts';

const BASIC = Buffer.from('notes-web:demo-secret-of-notes-web-not-for-production').toString(
  'base64',
);
const FORM = 'application/x-www-form-urlencoded';

/** Values that have broken somebody's server before. */
const VALUES: Readonly<Record<string, string>> = {
  nothing: '',
  'a NUL byte': '%00',
  'a lone surrogate': '%ED%A0%80',
  'broken percent-encoding': '%zz%',
  'ten kilobytes': 'x'.repeat(10_000),
  'an object': '[object Object]',
  markup: '<script>alert(1)</script>',
  'a quote and a comment': "' or 1=1 --",
  'a header': '%0d%0aSet-Cookie:%20a=b',
  'a number': '-1e309',
  'broken JSON': '{"userinfo":',
  'a prototype': '{"__proto__":{"x":1}}',
};

const PARAMETERS = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'claims',
  'acr_values',
  'id_token_hint',
  'login_hint',
  'ui_locales',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'response_mode',
  'request',
  'request_uri',
  '__proto__',
  'a[]',
];

const FIELDS = [
  'grant_type',
  'code',
  'refresh_token',
  'redirect_uri',
  'code_verifier',
  'scope',
  'resource',
  'token',
  'token_type_hint',
  'client_id',
  'client_assertion',
  '__proto__',
  'constructor',
];

const POSTS = ['/token', '/token/introspection', '/token/revocation', '/me', '/request'];

describe('nonsense', () => {
  let deployment: TestDeployment;
  let port: number;
  before(async () => {
    deployment = await startDeployment();
    port = Number(new URL(deployment.publicUrl).port);
  });
  after(() => deployment.stop());

  const ask = (options: Parameters<typeof rawRequest>[1]) =>
    rawRequest(port, {
      ...options,
      headers: { host: `localhost:${port}`, ...options?.headers },
    });
  type Answer = Awaited<ReturnType<typeof ask>>;

  /** Whatever it is, it is the caller's fault, said in the caller's form, and shows no inside. */
  const isClear = (answer: Answer, what: string, form: 'json' | 'page' | 'any') => {
    assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.body.slice(0, 300)}`);
    assert.doesNotMatch(
      answer.body,
      /at \w+.*\.(ts|js):\d+|node_modules|SELECT |insert into/,
      what,
    );
    assert.doesNotMatch(answer.body, /<script>alert/, what);
    assert.equal(
      answer.headers['set-cookie']?.some((one) => one.startsWith('a=b')) ?? false,
      false,
    );
    if (answer.status < 400 || form === 'any') return;
    const type = answer.headers['content-type'] ?? '';
    if (form === 'json') {
      assert.match(type, /application\/json/, what);
      assert.match(JSON.parse(answer.body).error, /^[a-z_]+$/, what);
    } else {
      assert.match(type, /text\/html/, what);
    }
  };

  it('in any parameter of an authorization request is a page or goes back to the client', async () => {
    const good = `client_id=notes-web&response_type=code&scope=openid&redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fcallback&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256`;
    for (const name of PARAMETERS) {
      for (const [what, value] of Object.entries(VALUES)) {
        const rest = good.split('&').filter((one) => !one.startsWith(`${name}=`));
        const path = `/auth?${[...rest, `${name}=${value.includes('%') ? value : encodeURIComponent(value)}`].join('&')}`;
        const answer = await ask({ path, headers: { accept: 'text/html' } });
        isClear(answer, `${name} is ${what}`, 'page');
      }
      const doubled = await ask({
        path: `/auth?${good}&${name}=1&${name}=2`,
        headers: { accept: 'text/html' },
      });
      isClear(doubled, `${name} twice`, 'page');
    }
  });

  it('in any field of a form is an error of RFC 6749', async () => {
    for (const path of POSTS) {
      for (const name of FIELDS) {
        for (const [what, value] of Object.entries(VALUES)) {
          const body = `grant_type=authorization_code&${name}=${value.includes('%') ? value : encodeURIComponent(value)}`;
          const headers = { 'content-type': FORM, authorization: `Basic ${BASIC}` };
          isClear(
            await ask({ method: 'POST', path, headers, body }),
            `${path} ${name} ${what}`,
            'json',
          );
        }
      }
    }
  });

  it('as a body is an error of RFC 6749', async () => {
    const bodies: [string, string, string][] = [
      ['JSON', 'application/json', '{"grant_type":"authorization_code"}'],
      ['text', 'text/plain', 'hello'],
      ['two hundred kilobytes', FORM, `grant_type=${'x'.repeat(200_000)}`],
      ['bytes', FORM, '\u0000\u0001\u0002'],
      ['a thousand fields', FORM, Array.from({ length: 1000 }, (_, at) => `f${at}=1`).join('&')],
      ['no type', '', 'grant_type=x'],
    ];
    for (const path of POSTS) {
      for (const [what, type, body] of bodies) {
        const headers = {
          ...(type === '' ? {} : { 'content-type': type }),
          authorization: `Basic ${BASIC}`,
        };
        isClear(await ask({ method: 'POST', path, headers, body }), `${path} ${what}`, 'json');
      }
    }
  });

  it('as client authentication is refused', async () => {
    const broken = [
      'Basic',
      'Basic !!!',
      `Basic ${Buffer.from('no colon').toString('base64')}`,
      `Basic ${Buffer.from('%zz:%zz').toString('base64')}`,
      'Bearer x',
      'Digest x=y',
      `Basic ${Buffer.from(`${'x'.repeat(5000)}:y`).toString('base64')}`,
    ];
    for (const authorization of broken) {
      const headers = { 'content-type': FORM, authorization };
      const answer = await ask({
        method: 'POST',
        path: '/token',
        headers,
        body: 'grant_type=client_credentials',
      });
      isClear(answer, authorization.slice(0, 40), 'json');
      assert.ok(answer.status >= 400);
    }
  });

  it('as a cookie is no session, and as a method no route', async () => {
    for (const cookie of [
      'a',
      'gatehouse_session_default=%00; gatehouse_session_default.sig=x',
      `x=${'y'.repeat(7000)}`,
    ]) {
      const answer = await ask({ path: '/session/end', headers: { cookie, accept: 'text/html' } });
      isClear(answer, cookie.slice(0, 40), 'page');
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) {
      for (const path of [
        '/',
        '/auth',
        '/token',
        '/interaction/x',
        '/interaction/x/sign-in',
        '/jwks',
      ]) {
        const answer = await ask({ method, path });
        isClear(answer, `${method} ${path}`, 'any');
        assert.ok(answer.status >= 400, `${method} ${path}`);
      }
    }
  });

  it('as a path is a page that nobody finds', async () => {
    const paths = [
      '/%',
      '/%00',
      '/t/%2e%2e/token',
      '/t//token',
      '//evil.test/',
      '/t/acme/../token',
      '/\\evil.test',
      `/${'a'.repeat(9000)}`,
      '/interaction/%zz',
      '/assets/../../package.json',
      '/assets/%2e%2e/pages.css',
      '/account/reset-password?token=%00',
      '/.well-known/oauth-authorization-server/t/nobody',
    ];
    for (const path of paths) {
      const answer = await ask({ path, headers: { accept: 'text/html' } });
      isClear(answer, path.slice(0, 60), 'any');
      assert.ok(answer.status >= 400, `${path.slice(0, 60)}: ${answer.status}`);
      assert.equal(answer.headers.location, undefined);
    }
  });
});
