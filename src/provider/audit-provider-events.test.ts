import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { RecordedAuditEvent } from '../audit/audit-event.ts';
import { StorageUnavailableError } from '../errors.ts';
import {
  answerOf,
  authorizationUrl,
  authorize,
  post,
  redeem,
  refresh,
  SECRET,
} from '../testing/plain-client.ts';
import { pollUntil } from '../testing/poll.ts';
import { addCast, NOTES_API, type ProviderCast } from '../testing/provider-cast.ts';
import { kindsOf, type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';

const WEB = { id: 'web', secret: SECRET };
const MACHINE = { id: 'notes-api', secret: SECRET };
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
let auditIsAway = false;

before(async () => {
  world = await startProviderWorld({
    wrap: (deps) => ({
      ...deps,
      audit: {
        record: (event) =>
          auditIsAway
            ? Promise.reject(new StorageUnavailableError('postgres'))
            : deps.audit.record(event),
      },
    }),
  });
  cast = await addCast(world);
  issuer = world.origin;
});
after(() => world.close());
beforeEach(() => {
  auditIsAway = false;
});

/** What was audited because of `work`. */
async function auditedBy(work: () => Promise<unknown>): Promise<RecordedAuditEvent[]> {
  const before = (await world.audited()).length;
  await work();
  return (await world.audited()).slice(before);
}

async function newTokens(parameters: Record<string, string> = OFFLINE) {
  const { code } = await authorize(world.browser(), issuer, 'web', parameters);
  const { resource } = parameters;
  return (await redeem(issuer, code, WEB, resource === undefined ? {} : { resource })).json;
}

const revoke = (token: unknown, client: { id: string; secret?: string } = WEB) =>
  post(`${issuer}/token/revocation`, { token: String(token) }, client);

describe('the audit log', () => {
  it('has one event for tokens that were issued, to a person or to a machine', async () => {
    const { code } = await authorize(world.browser(), issuer, 'web', OFFLINE);
    let refreshToken: unknown;
    const [issued, ...more] = await auditedBy(async () => {
      refreshToken = (await redeem(issuer, code, WEB)).json.refresh_token;
    });
    assert.deepEqual(more, []);
    assert.equal(issued?.kind, 'token.issued');
    assert.equal(issued.outcome, 'success');
    assert.deepEqual(issued.actor, { type: 'account', id: cast.alice });
    assert.equal(issued.clientId, 'web');
    assert.equal(issued.tenantId, (await world.tenant()).id);
    assert.match(issued.requestId ?? '', /^[\w-]{8,}$/);
    assert.match(issued.address ?? '', /127\.0\.0\.1$/);
    assert.deepEqual(issued.detail, { grant_type: 'authorization_code' });

    const refreshed = await auditedBy(() => refresh(issuer, refreshToken, WEB));
    assert.deepEqual(kindsOf(refreshed), [`token.issued success account:${cast.alice}`]);
    assert.deepEqual(refreshed[0]?.detail, { grant_type: 'refresh_token' });
    const machine = await auditedBy(() =>
      post(`${issuer}/token`, { grant_type: 'client_credentials' }, MACHINE),
    );
    assert.deepEqual(kindsOf(machine), ['token.issued success client:notes-api']);
  });

  it('has one event for each refusal, of whoever proved who they are', async () => {
    const token = (form: Record<string, string>, client?: { id: string; secret?: string }) =>
      post(`${issuer}/token`, form, client);
    const code = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'x' };
    const wrong = { id: 'web', secret: 'wrong' };
    const cases: [string, () => Promise<unknown>, object][] = [
      [
        'token.refused failure client:web',
        () => token(code, WEB),
        { grant_type: 'authorization_code', error: 'invalid_grant' },
      ],
      [
        'token.refused failure client:spa',
        () => token({ grant_type: 'x'.repeat(500) }, { id: 'spa' }),
        { grant_type: 'x'.repeat(100), error: 'unsupported_grant_type' },
      ],
      ['token.refused failure anonymous:', () => token({}), { error: 'invalid_request' }],
      [
        'client.authentication_failed failure anonymous:',
        () => token(code, wrong),
        { grant_type: 'authorization_code', error: 'invalid_client' },
      ],
      [
        'client.authentication_failed failure anonymous:',
        () => token(code, { id: 'nobody', secret: SECRET }),
        { grant_type: 'authorization_code', error: 'invalid_client' },
      ],
      [
        'client.authentication_failed failure anonymous:',
        () => post(`${issuer}/token/introspection`, { token: 'x' }, wrong),
        { error: 'invalid_client' },
      ],
      [
        'client.authentication_failed failure anonymous:',
        () => revoke('x', wrong),
        { error: 'invalid_client' },
      ],
    ];
    for (const [expected, work, detail] of cases) {
      const events = await auditedBy(work);
      assert.deepEqual(kindsOf(events), [expected]);
      const { reason, ...rest } = events[0]?.detail ?? {};
      assert.deepEqual(rest, detail);
      assert.ok(typeof reason === 'string' && reason.length > 0, 'says why, to the operator alone');
    }
  });

  it('has one event for a token that a client revoked, opaque or not', async () => {
    const forApi = { resource: NOTES_API, scope: 'openid notes:read' };
    const { access_token: opaque } = await newTokens();
    const { access_token: jwt } = await newTokens(forApi);
    for (const token of [opaque, jwt]) {
      const events = await auditedBy(() => revoke(token));
      assert.deepEqual(kindsOf(events), ['token.revoked success client:web']);
      assert.deepEqual(events[0]?.subject, { type: 'account', id: cast.alice });
    }
    const machine = { grant_type: 'client_credentials', resource: NOTES_API };
    const { json } = await post(`${issuer}/token`, machine, MACHINE);
    const events = await auditedBy(() => revoke(json.access_token, MACHINE));
    assert.deepEqual(kindsOf(events), ['token.revoked success client:notes-api']);
    assert.equal(events[0]?.subject, undefined);
  });

  it('has the grant beside a refresh token that was revoked', async () => {
    const { refresh_token: token } = await newTokens();
    const events = await auditedBy(() => revoke(token));
    assert.deepEqual(kindsOf(events), [
      'token.revoked success client:web',
      'grant.revoked success client:web',
    ]);
    for (const { subject } of events)
      assert.deepEqual(subject, { type: 'account', id: cast.alice });
  });

  it('has nothing of a token that nobody has, and a refusal for one of somebody else', async () => {
    assert.deepEqual(await auditedBy(() => revoke('nobody-has-this')), []);
    const { access_token: token } = await newTokens();
    const events = await auditedBy(() => revoke(token, MACHINE));
    assert.deepEqual(kindsOf(events), ['token.refused failure client:notes-api']);
  });

  it('has one event for a session that a person ended', async () => {
    const browser = world.browser();
    await authorize(browser, issuer, 'web', OFFLINE);
    const asked = await browser.open(`${issuer}/session/end?client_id=web`);
    const events = await auditedBy(() => browser.submit(asked, {}));
    assert.deepEqual(kindsOf(events), [`session.ended success account:${cast.alice}`]);
    assert.deepEqual(
      await auditedBy(() => browser.open(`${issuer}/session/end`)),
      [],
      'nobody was signed in any more',
    );
  });

  it('has nothing of reading', async () => {
    const { access_token: token } = await newTokens();
    const events = await auditedBy(async () => {
      await post(`${issuer}/token/introspection`, { token: String(token) }, WEB);
      await post(`${issuer}/token/introspection`, { token: 'nothing' }, WEB);
      await fetch(`${issuer}/jwks`);
      await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
    });
    assert.deepEqual(kindsOf(events), []);
  });

  it('that cannot be written fails no request, and says so in the log', async () => {
    const { code } = await authorize(world.browser(), issuer, 'web', OFFLINE);
    auditIsAway = true;
    assert.equal((await redeem(issuer, code, WEB)).status, 200);
    const line = await pollUntil(
      () => world.logger.lines().find(({ message }) => message === 'audit event lost'),
      { deadlineMs: 2_000 },
    );
    assert.equal(line.kind, 'token.issued');
  });
});

describe('an error of ours inside the library', () => {
  it('is logged with its request and shown to nobody', async () => {
    const broken = await startProviderWorld({
      wrap: (deps) => ({
        ...deps,
        accounts: { findById: () => Promise.reject(new TypeError('the inner thing is undefined')) },
      }),
    });
    try {
      await addCast(broken);
      const { json } = await post(
        `${broken.origin}/token`,
        { grant_type: 'client_credentials' },
        { id: 'payroll-web', secret: SECRET },
      );
      assert.equal(typeof json.access_token, 'string');
      const browser = broken.browser();
      const start = await browser.request(authorizationUrl(broken.origin, 'web'));
      const decided = await browser.request(start.headers.get('location') ?? '');
      const resumed = await answerOf(await browser.request(decided.headers.get('location') ?? ''));
      const said = `${resumed.headers.get('location')} ${resumed.text}`;
      assert.match(said, /server_error/);
      assert.doesNotMatch(said, /inner thing/);
      const line = broken.logger.lines().find(({ message }) => message === 'request failed');
      assert.match(JSON.stringify(line), /inner thing/);
      assert.equal(line?.tenant, 'default');
      assert.equal(typeof line?.request_id, 'string');
    } finally {
      await broken.close();
    }
  });
});
