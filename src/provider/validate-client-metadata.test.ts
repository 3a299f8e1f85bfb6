import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import { createHostPolicy } from '../http/outbound-fetch.ts';
import { DEFAULT_TENANT_SETTINGS, type TenantSettings } from '../tenants/tenant.ts';
import { createClientValidator } from './validate-client-metadata.ts';

const validate = createClientValidator();

const WEB = {
  redirect_uris: ['https://app.example/cb'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
};

const problem = (
  metadata: object,
  options: { hasSecret?: boolean; settings?: Partial<TenantSettings>; clientId?: string } = {},
) =>
  validate(
    { ...DEFAULT_TENANT_SETTINGS, ...options.settings },
    {
      clientId: options.clientId ?? 'web',
      metadata: { ...metadata },
      hasSecret: options.hasSecret ?? true,
    },
  );

const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const publicJwk = await exportJWK(publicKey);
const privateJwk = await exportJWK(privateKey);

describe('client metadata', () => {
  it('that the demo has is in order', async () => {
    const machine = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };
    const native = { application_type: 'native', token_endpoint_auth_method: 'none' };
    const good: [object, boolean][] = [
      [WEB, true],
      [{ ...WEB, post_logout_redirect_uris: ['https://app.example/'], client_name: 'App' }, true],
      [{ ...WEB, token_endpoint_auth_method: 'none' }, false],
      [{ ...WEB, ...native, redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb'] }, false],
      [machine, true],
      [
        { ...WEB, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicJwk] } },
        false,
      ],
      [{ ...WEB, refresh_token_reuse_window: 0, access_token_seconds: 60 }, true],
      [{ ...WEB, id_token_signed_response_alg: 'ES256', default_max_age: 60 }, true],
      [{ ...WEB, allowed_cors_origins: ['https://a.example', 'http://localhost:5173'] }, true],
    ];
    for (const [metadata, hasSecret] of good) {
      assert.equal(await problem(metadata, { hasSecret }), undefined, JSON.stringify(metadata));
    }
  });

  it('is judged with a sentence that names what is wrong', async () => {
    const bad: [object, RegExp][] = [
      [{ ...WEB, redirect_uris: ['not a uri'] }, /redirect_uris/],
      [{ ...WEB, redirect_uris: ['https://app.example/cb#fragment'] }, /redirect_uris/],
      [{ ...WEB, redirect_uris: [] }, /redirect_uris/],
      [{ ...WEB, redirect_uris: 'https://app.example/cb' }, /redirect_uris/],
      [{ ...WEB, redirect_uris: [5] }, /redirect_uris/],
      [{ ...WEB, redirect_uris: { 0: 'x' } }, /redirect_uris/],
      [{ ...WEB, post_logout_redirect_uris: ['x'] }, /post_logout_redirect_uris/],
      [{ ...WEB, grant_types: ['implicit'] }, /grant_types/],
      [{ ...WEB, grant_types: ['password'] }, /grant_types/],
      [{ ...WEB, response_types: ['token'] }, /response_types/],
      [{ ...WEB, response_types: ['id_token token'] }, /response_types/],
      [{ ...WEB, token_endpoint_auth_method: 'client_secret_jwt' }, /token_endpoint_auth_method/],
      [{ ...WEB, token_endpoint_auth_method: 'tls_client_auth' }, /token_endpoint_auth_method/],
      [{ ...WEB, token_endpoint_auth_method: 'private_key_jwt' }, /jwks/],
      [{ ...WEB, jwks_uri: 'ftp://app.example/keys' }, /jwks_uri/],
      [{ ...WEB, jwks_uri: 'https://app.example/k', jwks: { keys: [] } }, /jwks/],
      [{ ...WEB, jwks: { keys: [privateJwk] } }, /JSON Web Key Set|jwks/],
      [{ ...WEB, id_token_signed_response_alg: 'HS256' }, /id_token_signed_response_alg/],
      [{ ...WEB, id_token_signed_response_alg: 'none' }, /id_token_signed_response_alg/],
      [{ ...WEB, id_token_signed_response_alg: 'PS256' }, /id_token_signed_response_alg/],
      [{ ...WEB, subject_type: 'pairwise' }, /subject_type/],
      [{ ...WEB, application_type: 'desktop' }, /application_type/],
      [{ ...WEB, scope: 'openid nonsense' }, /scope/],
      [{ ...WEB, default_max_age: -1 }, /default_max_age/],
      [{ ...WEB, client_uri: 'x' }, /client_uri/],
      [{ ...WEB, contacts: 'x' }, /contacts/],
      [{ ...WEB, client_name: 5 }, /client_name/],
      [{ ...WEB, refresh_token_reuse_window: 61 }, /refresh_token_reuse_window must be/],
      [{ ...WEB, refresh_token_reuse_window: '5' }, /refresh_token_reuse_window must be/],
      [{ ...WEB, access_token_seconds: 1.5 }, /access_token_seconds must be/],
      [{ ...WEB, id_token_seconds: null }, /id_token_seconds must be/],
      ...['https://a.example', ['null'], ['*'], [5], null, ['http://a.example']].map(
        (origins): [object, RegExp] => [
          { ...WEB, allowed_cors_origins: origins },
          /allowed_cors_origins must be/,
        ],
      ),
      ...['https://a.example/', 'https://A.example', 'https://*.a.example', 'app:'].map(
        (origin): [object, RegExp] => [
          { ...WEB, allowed_cors_origins: [origin] },
          /allowed_cors_origins must be/,
        ],
      ),
    ];
    for (const [metadata, expected] of bad) {
      const said = await problem(metadata);
      assert.match(said ?? 'nothing wrong', expected, JSON.stringify(metadata));
    }
  });

  it('names a back-channel logout address that we may post to', async () => {
    const heldBack = createClientValidator({ mayReach: createHostPolicy(['10.0.0.0/8', '::1']) });
    const said = (uri: unknown, validator = heldBack, more = {}) =>
      validator(DEFAULT_TENANT_SETTINGS, {
        clientId: 'web',
        metadata: { ...WEB, backchannel_logout_uri: uri, ...more },
        hasSecret: true,
      });
    for (const uri of [
      'https://app.example/logout',
      'https://app.example:8443/logout?tenant=a',
      'http://93.184.216.34/logout',
      'http://10.1.2.3/logout',
      'http://[::1]:8080/logout',
      'http://localhost/logout',
    ]) {
      assert.equal(await said(uri), undefined, uri);
    }
    assert.equal(
      await said('https://app.example/x', heldBack, { backchannel_logout_session_required: false }),
      undefined,
    );
    for (const uri of [
      'http://127.0.0.1/logout',
      'http://2130706433/logout',
      'http://[::ffff:127.0.0.1]/logout',
      'http://192.168.0.1/logout',
      'http://169.254.169.254/latest/meta-data',
      'http://[fd00::1]/logout',
      'https://app.example/logout#fragment',
      'ftp://app.example/logout',
      'app.example',
      5,
    ]) {
      assert.match(
        (await said(uri)) ?? 'nothing wrong',
        /^backchannel_logout_uri must/,
        String(uri),
      );
    }
    const nowhere = createClientValidator({ mayReach: createHostPolicy([]) });
    for (const uri of ['http://localhost/x', 'http://a.localhost./x', 'http://LOCALHOST:1/x']) {
      assert.match((await said(uri, nowhere)) ?? 'nothing wrong', /OUTBOUND_ALLOW$/, uri);
    }
  });

  it('of a client with a secret needs one', async () => {
    assert.match((await problem(WEB, { hasSecret: false })) ?? '', /client_secret/);
  });

  it('is judged by what the tenant signs with', async () => {
    const metadata = { ...WEB, id_token_signed_response_alg: 'PS256' };
    assert.match((await problem(metadata)) ?? '', /id_token_signed_response_alg/);
    const settings = { signingAlgorithms: ['RS256', 'ES256', 'PS256'] as const };
    assert.equal(await problem(metadata, { settings }), undefined);
  });

  it('is not judged by a network, and not by two at once in each other’s way', async () => {
    const at = { ...WEB, token_endpoint_auth_method: 'private_key_jwt' };
    const metadata = { ...at, jwks_uri: 'https://nobody.invalid/keys' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        problem(n % 2 === 0 ? metadata : { ...WEB, scope: 'x' }, { clientId: `client-${n}` }),
      ),
    );
    for (const [n, answer] of answers.entries()) {
      if (n % 2 === 0) assert.equal(answer, undefined);
      else assert.match(answer ?? '', /scope/);
    }
  });

  it('never shows the secret that stands in', async () => {
    for (const metadata of [WEB, { ...WEB, redirect_uris: [] }, { ...WEB, scope: 5 }]) {
      assert.doesNotMatch((await problem(metadata)) ?? '', /stand-in/);
    }
  });

  it('warns of nothing', async (t) => {
    const printed: unknown[] = [];
    for (const name of ['log', 'info', 'warn', 'error'] as const) {
      t.mock.method(console, name, (...words: unknown[]) => printed.push(words));
    }
    await createClientValidator()(DEFAULT_TENANT_SETTINGS, {
      clientId: 'web',
      metadata: WEB,
      hasSecret: true,
    });
    assert.deepEqual(printed, []);
  });
});
