import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as client from 'openid-client';
import { ACR_MULTI_FACTOR } from '../../accounts/acr.ts';
import type { AuditEventKind } from '../../audit/audit-event.ts';
import { setUpApp } from '../authenticator-app.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createRecordingLogger } from '../recording-logger.ts';
import { signIn } from '../relying-party.ts';

describe('one person’s way through, as an operator sees it', () => {
  const logger = createRecordingLogger();
  const secrets = new Set<string>();
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment({ store: 'redis', logger });
    await walk();
  });
  after(() => deployment.stop());

  /** Signs in (after a wrong password), allows, refreshes, replays, revokes, signs out. */
  async function walk(): Promise<void> {
    const notes = await demoParty(deployment, 'notes-web');
    const browser = visitor(deployment);
    let page = await browser.open((await notes.begin()).url.href);
    const wrong = { identifier: 'alice', password: 'not the password of alice' };
    page = await browser.submit(page, wrong, { action: '/sign-in' });
    secrets.add(wrong.password).add(ALICE.password);
    const tokens = await signIn(browser, notes, ALICE, { scope: 'openid profile roles' });
    const refreshed = await notes.refresh(tokens.refresh_token ?? '');
    for (const one of [tokens, refreshed]) {
      secrets
        .add(one.access_token)
        .add(one.refresh_token ?? '')
        .add(one.id_token ?? '');
    }
    await notes.refresh(refreshed.refresh_token ?? '');
    await assert.rejects(notes.refresh(tokens.refresh_token ?? ''));
    const again = await signIn(browser, notes, ALICE);
    await client.tokenRevocation(notes.config, again.refresh_token ?? '');
    secrets.add(again.access_token).add(again.refresh_token ?? '');
    for (const cookie of await browser.jar.getCookies(deployment.publicUrl))
      secrets.add(cookie.value);

    const payroll = await demoParty(deployment, 'payroll-web');
    const bob = visitor(deployment);
    const door = await bob.open((await payroll.begin()).url.href);
    const gate = await bob.submit(door, { ...BOB }, { action: '/sign-in' });
    assert.equal(gate.status, 403);

    const out = await browser.open(
      client.buildEndSessionUrl(notes.config, { id_token_hint: again.id_token ?? '' }).href,
    );
    await browser.submit(out, {}, { button: 'yes' });
    await fetch(`${deployment.publicUrl}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('notes-web:wrong').toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    await proveMore();
    await deployment.backends.audit.flush();
  }

  /** Sets a second factor up, mistypes it in another browser, and gets in with a recovery code. */
  async function proveMore(): Promise<void> {
    const notes = await demoParty(deployment, 'notes-web');
    const open = async () => {
      const browser = visitor(deployment);
      const { url } = await notes.begin({ acr_values: ACR_MULTI_FACTOR });
      const page = await browser.open(url.href);
      return { browser, page: await browser.submit(page, { ...BOB }, { action: '/sign-in' }) };
    };
    const first = await open();
    const { app, recoveryCodes } = await setUpApp(first.browser, first.page, () => new Date());
    secrets.add(app.secret);
    for (const code of recoveryCodes) secrets.add(code).add(code.replace('-', ''));
    assert.equal(recoveryCodes.length, 10);

    const { browser, page } = await open();
    const action = '/second-factor';
    await browser.submit(page, { code: '12 34 56' }, { action });
    const fields = { code: recoveryCodes[0] ?? '', factor: 'recovery_code', remember: 'yes' };
    await browser.submit(page, fields, { action });
    for (const { value } of await browser.jar.getCookies(deployment.publicUrl)) secrets.add(value);
  }

  it('is one line for each request, with everything that finds it again', () => {
    const requests = logger.lines().filter(({ message }) => message === 'request');
    assert.ok(requests.length > 20);
    const ids = new Set<unknown>();
    for (const line of requests) {
      assert.match(String(line.request_id), /^[\w.-]{8,}$/);
      ids.add(line.request_id);
      assert.equal(typeof line.duration_ms, 'number');
      assert.equal(line.address, '127.0.0.1');
      assert.doesNotMatch(String(line.route), /[?=]|[\w-]{30,}/, 'a pattern, not a path');
      if (String(line.route).startsWith('/token')) assert.equal(line.tenant, 'default');
    }
    assert.equal(ids.size, requests.length);
    assert.ok(requests.some(({ client_id: id }) => id === 'notes-web'));
  });

  it('holds no password, token, code or cookie in any line', () => {
    const text = logger.text();
    secrets.delete('');
    assert.ok(secrets.size > 8);
    for (const secret of secrets)
      assert.ok(!text.includes(secret), `${secret.slice(0, 12)}… is logged`);
    assert.doesNotMatch(text, /code=[\w-]{20}/);
  });

  it('is in the audit log with who, what, from where and in which request', async () => {
    const tenant = await deployment.backends.tenants.findBySlug('default');
    const events = await deployment.backends.audit.list({ tenantId: tenant?.id ?? '', limit: 200 });
    const kinds = new Set(events.map(({ kind }) => kind));
    const expected: AuditEventKind[] = [
      'sign_in.failed',
      'sign_in.succeeded',
      'consent.granted',
      'second_factor.added',
      'second_factor.failed',
      'recovery_codes.created',
      'recovery_codes.used',
      'browser.remembered',
      'token.issued',
      'token.refused',
      'refresh_token.reused',
      'grant.revoked',
      'token.revoked',
      'application.access_denied',
      'session.ended',
      'client.authentication_failed',
      'keys.created',
    ];
    for (const kind of expected) assert.ok(kinds.has(kind), `${kind} is missing`);
    for (const event of events.filter(({ actor }) => actor.type !== 'system')) {
      assert.match(event.requestId ?? '', /^[\w.-]{8,}$/, event.kind);
      assert.equal(event.address, '127.0.0.1', event.kind);
    }
    const text = JSON.stringify(events);
    for (const secret of secrets) assert.ok(!text.includes(secret));
  });

  it('is counted', async () => {
    const { metrics } = deployment.replicas[0]?.gatehouse ?? {};
    const page = (await metrics?.render()) ?? '';
    for (const name of [
      'http_requests_total',
      'http_request_duration_seconds',
      'auth_events_total',
      'redis_sessions_active',
      'signing_key_age_seconds',
      'db_pool_connections',
      'hash_queue_depth',
      'http_requests_in_flight 0',
      'http_requests_in_flight_max 1000',
      'retention_backlog',
      'token_size_bytes_bucket',
      'token_size_largest_bytes\\{kind="id_token"\\}',
    ]) {
      assert.match(page, new RegExp(`^${name}`, 'm'));
    }
    assert.match(page, /auth_events_total\{kind="sign_in.failed"\} 1\b/);
    assert.match(page, /auth_events_total\{kind="refresh_token.reused"\} 1\b/);
  });
});
