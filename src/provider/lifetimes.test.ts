import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { DEFAULT_TENANT_SETTINGS } from '../tenants/tenant.ts';
import { lifetimes } from './lifetimes.ts';

const NOW = 1_800_000_000;
const HOUR = 3600;
const DAY = 24 * HOUR;

const settings = DEFAULT_TENANT_SETTINGS.lifetimes;

/** The library's lifetimes are numbers, or functions of what is stored; tests pass what they read. */
function seconds(model: string, stored: object = {}, client?: object): unknown {
  const ttl: unknown = Reflect.get(lifetimes(settings), model);
  return typeof ttl === 'function' ? ttl(undefined, stored, client) : ttl;
}

const alices = (session: object) => ({ accountId: 'alice', ...session });

describe('lifetimes', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['Date'], now: NOW * 1000 + 999 });
  });

  it('are the tenant’s where nobody says otherwise', () => {
    const expected = {
      AccessToken: 600,
      ClientCredentials: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 1800,
      Session: 600,
      RefreshToken: 30 * DAY,
      Grant: 180 * DAY,
    };
    for (const [model, ttl] of Object.entries(expected)) assert.equal(seconds(model), ttl, model);
    assert.deepEqual(Object.keys(lifetimes(settings)).sort(), Object.keys(expected).sort());
  });

  it('are the client’s where it says so', () => {
    const client = {
      access_token_seconds: 30,
      id_token_seconds: 40,
      refresh_token_idle_seconds: 120,
      refresh_token_absolute_seconds: HOUR,
    };
    assert.equal(seconds('AccessToken', {}, client), 30);
    assert.equal(seconds('ClientCredentials', {}, client), 30);
    assert.equal(seconds('IdToken', {}, client), 40);
    assert.equal(seconds('RefreshToken', { iiat: NOW }, client), 120);
    assert.equal(seconds('RefreshToken', { iiat: NOW - HOUR + 50 }, client), 50);
    assert.equal(seconds('Session', alices({ loginTs: NOW }), client), 14 * DAY);
  });

  it('of an access token for an API are what its resource server says', () => {
    const token = { resourceServer: { accessTokenTTL: 77 } };
    assert.equal(seconds('AccessToken', token, { access_token_seconds: 30 }), 77);
    assert.equal(seconds('ClientCredentials', token), 77);
  });

  it('of a session end at the nearer of idle and absolute', () => {
    const signedIn = (at: number) => seconds('Session', alices({ loginTs: at, iat: at - HOUR }));
    assert.equal(signedIn(NOW - 10 * DAY), 14 * DAY);
    assert.equal(signedIn(NOW - 80 * DAY), 10 * DAY);
    assert.equal(signedIn(NOW - 90 * DAY + 5), 5);
  });

  it('of a session begin here, however long ago somebody signed in to a provider of others', () => {
    const longAgo = NOW - 400 * DAY;
    assert.equal(seconds('Session', alices({ loginTs: longAgo })), 14 * DAY);
    assert.equal(seconds('Session', alices({ loginTs: longAgo, iat: NOW - 80 * DAY })), 10 * DAY);
  });

  it('of a session that is nobody’s are minutes, and no longer than anybody’s', () => {
    assert.equal(seconds('Session', {}), 600);
    assert.equal(seconds('Session', alices({})), 14 * DAY);
    const short = lifetimes({ ...settings, sessionIdleSeconds: 300 }).Session;
    assert.ok(typeof short === 'function');
    assert.equal(Reflect.apply(short, undefined, [undefined, {}, undefined]), 300);
  });

  it('of a refresh token end with its family', () => {
    assert.equal(seconds('RefreshToken', { iiat: NOW - 100 * DAY }), 30 * DAY);
    assert.equal(seconds('RefreshToken', { iiat: NOW - 170 * DAY }), 10 * DAY);
  });

  it('are never nothing: the library refuses that, and the store ends it a second later', () => {
    const before = { loginTs: NOW - 91 * DAY, iat: NOW - 92 * DAY };
    assert.equal(seconds('Session', alices(before)), 1);
    assert.equal(seconds('RefreshToken', { iiat: NOW - 181 * DAY }), 1);
  });

  it('of a grant outlast every session and refresh token of the tenant', () => {
    const long = { ...settings, sessionAbsoluteSeconds: 400 * DAY };
    const grant = lifetimes(long).Grant as () => number;
    assert.equal(grant(), 400 * DAY);
  });
});
