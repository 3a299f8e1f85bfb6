/** Everything that makes, carries or keeps a secret, done once, with what comes of it harvested. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as client from 'openid-client';
import { Secret, TOTP } from 'otpauth';
import { ACR_MULTI_FACTOR } from '../accounts/acr.ts';
import { beginTotpEnrolment, confirmTotpEnrolment } from '../accounts/enrol-totp.ts';
import {
  beginPasskeyRegistration,
  finishPasskeyRegistration,
} from '../accounts/register-passkey.ts';
import { rememberBrowser } from '../accounts/remember-browser.ts';
import { beginPasskeySignIn, finishPasskeySignIn } from '../accounts/sign-in-with-passkey.ts';
import { cliContext } from '../compose-cli.ts';
import { loadDeploymentSecrets } from '../keys/deployment-secrets.ts';
import { loadKeySet } from '../keys/load-key-set.ts';
import { openMail } from '../mail/mail-content.ts';
import { chooseApp, recoveryCodesOn, scanInto, setUpApp } from './authenticator-app.ts';
import type { TestCli } from './cli.ts';
import { ACME_ALICE, DEMO_CLIENTS, demoParty } from './demo-clients.ts';
import { ALICE, BOB, type TestDeployment } from './gatehouse.ts';
import type { Harvest } from './harvest.ts';
import { linkIn } from './mail.ts';
import { createPlainBrowser } from './plain-browser.ts';
import { pollUntil } from './poll.ts';
import { signIn, walkThrough } from './relying-party.ts';
import { seedMore } from './seed-more.ts';
import { silentLogger } from './silent-logger.ts';
import { createSoftAuthenticator } from './soft-authenticator.ts';

const API = 'https://api.notes.example';
const WRONG_PASSWORD = 'a-password-that-is-not-hers';
const NEW_PASSWORD = 'the-new-password-of-bob-1989';
const MACHINE_SECRET = 'the-secret-of-a-machine-without-an-api';
/** Members of a JWK that nobody else may know. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'];

/** @param made.directory - where a command may write a secret that it made */
export async function useEverything(
  deployment: TestDeployment,
  harvest: Harvest,
  { cli, directory }: { cli: TestCli; directory: string },
): Promise<void> {
  await signPeopleIn(deployment, harvest);
  await serveMachines(deployment, harvest);
  await administer(deployment, harvest, cli, directory);
  await addSecondFactors(deployment, harvest);
  await leaveThingsOpen(deployment, harvest);
  await proveMore(deployment, harvest);
  await usePasskeys(deployment, harvest);
  await writeToPeople(deployment, harvest);
  await addKeys(deployment, harvest);
}

function visit(deployment: TestDeployment, harvest: Harvest) {
  return createPlainBrowser({
    stopAt: (url) => !url.startsWith(`${deployment.publicUrl}/`),
    fetch: harvest.fetch,
  });
}

async function signPeopleIn(deployment: TestDeployment, harvest: Harvest): Promise<void> {
  const party = (name: keyof typeof DEMO_CLIENTS) =>
    demoParty(deployment, name, { fetch: harvest.fetch });
  const notes = await party('notes-web');
  const browser = visit(deployment, harvest);

  // A wrong password first, and a password where the name belongs.
  const page = await browser.open((await notes.begin()).url.href);
  const again = await browser.submit(page, { ...ALICE, password: WRONG_PASSWORD });
  await browser.submit(again, { identifier: WRONG_PASSWORD, password: WRONG_PASSWORD });
  harvest.add('password typed as a name', WRONG_PASSWORD);

  const opaque = await signIn(browser, notes, ALICE, {
    scope: 'openid email offline_access',
    prompt: 'consent',
  });
  const structured = await signIn(browser, notes, ALICE, { resource: API });
  const refreshed = await notes.refresh(opaque.refresh_token ?? '');
  await client.fetchUserInfo(notes.config, refreshed.access_token, opaque.claims()?.sub ?? '');
  for (const token of [refreshed.access_token, structured.access_token]) {
    await client.tokenIntrospection(notes.config, token);
  }
  await client.tokenRevocation(notes.config, structured.access_token);
  for (const name of ['notes-spa', 'notes-cli', 'payroll-web'] as const) {
    await signIn(browser, await party(name), ALICE);
  }
  await signIn(visit(deployment, harvest), await party('portal-web'), ACME_ALICE);
  await signIn(visit(deployment, harvest), notes, BOB);
}

async function serveMachines(deployment: TestDeployment, harvest: Harvest): Promise<void> {
  const { publicUrl } = deployment;
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), use: 'sig', alg: 'ES256', kid: 'its-own' };
  const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
  await seedMore(deployment, {
    slug: 'default',
    name: 'Gatehouse Demo',
    applications: [
      {
        key: 'machines',
        name: 'Machines',
        clients: [
          { ...machine, client_id: 'plain-job', client_secret: { value: MACHINE_SECRET } },
          {
            ...machine,
            client_id: 'signing-job',
            token_endpoint_auth_method: 'private_key_jwt',
            token_endpoint_auth_signing_alg: 'ES256',
            jwks: { keys: [jwk] },
          },
        ],
      },
    ],
  });
  harvest.add('private key of a machine', (await exportJWK(privateKey)).d);

  const grant = (form: Record<string, string>) =>
    harvest.fetch(`${publicUrl}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
    });
  const { clientId, secret } = DEMO_CLIENTS['reports-job'];
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: 'its-own' })
    .setIssuer('signing-job')
    .setSubject('signing-job')
    .setAudience(publicUrl)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey);
  const answers = [
    await grant({ client_id: clientId, client_secret: secret, resource: API }),
    await grant({ client_id: 'plain-job', client_secret: MACHINE_SECRET }),
    await grant({
      client_id: 'signing-job',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  ];
  for (const answer of answers) assert.equal(answer.status, 200, await answer.text());
}

async function administer(
  deployment: TestDeployment,
  harvest: Harvest,
  cli: TestCli,
  directory: string,
): Promise<void> {
  const rotated = await cli.json('client', 'rotate-secret', 'notes-web', '--reveal');
  harvest.add('client_secret', rotated.client_secret);
  const writeTo = join(directory, 'generated.secret');
  await seedMore(deployment, {
    slug: 'default',
    name: 'Gatehouse Demo',
    applications: [
      {
        key: 'generated',
        name: 'Generated',
        clients: [
          {
            client_id: 'generated-job',
            client_secret: { generate: true, writeTo },
            grant_types: ['client_credentials'],
            redirect_uris: [],
            response_types: [],
          },
        ],
      },
    ],
  });
  harvest.add('client_secret', (await readFile(writeTo, 'utf8')).trim());
  await cli.run('keys', 'rotate');

  const browser = visit(deployment, harvest);
  for (const person of ['alice', 'bob']) {
    const { link } = await cli.json('account', 'reset-password', person, '--reveal');
    harvest.add('reset link', new URL(link).searchParams.get('token'));
    const page = await browser.open(link);
    assert.equal(page.status, 200, page.text);
    if (person === 'alice') continue;
    const fields = { password: NEW_PASSWORD, password_again: NEW_PASSWORD };
    assert.equal((await browser.submit(page, fields)).status, 200);
  }
}

/** Bob's authenticator app, and a browser in which he need not show it. */
async function addSecondFactors(deployment: TestDeployment, harvest: Harvest): Promise<void> {
  const { backends } = deployment;
  const tenant = await backends.tenants.findBySlug('default');
  assert.ok(tenant);
  const found = await backends.accounts.findByIdentifier(tenant.id, 'bob');
  assert.ok(found);
  const binding = randomUUID();
  const deps = { ...backends, now: () => new Date() };
  const accountId = found.account.id;
  const { seed } = await beginTotpEnrolment(deps, tenant, { accountId, label: 'x', binding });
  const code = TOTP.generate({ secret: Secret.fromBase32(seed) });
  const by = { actor: { type: 'account', id: accountId } } as const;
  const confirmed = await confirmTotpEnrolment(deps, tenant, { accountId, binding, code, by });
  assert.deepEqual(confirmed, { outcome: 'confirmed' });
  const { token } = await rememberBrowser(deps, tenant, {
    accountId,
    userAgent: 'Browser/1',
    address: '192.0.2.1',
    requestId: 'request-1',
  });
  harvest.add('totp seed', seed);
  harvest.add('totp seed', Secret.fromBase32(seed).hex);
  harvest.add('remembered browser', token);
}

/** What a copy made at any moment would hold: sign-ins, requests and sign-outs half-way. */
async function leaveThingsOpen(deployment: TestDeployment, harvest: Harvest): Promise<void> {
  const payroll = await demoParty(deployment, 'payroll-web', { fetch: harvest.fetch });
  const notes = await demoParty(deployment, 'notes-spa', { fetch: harvest.fetch });
  await visit(deployment, harvest).open((await payroll.begin({ login_hint: 'alice' })).url.href);

  const undecided = visit(deployment, harvest);
  const signInPage = await undecided.open((await notes.begin({ prompt: 'consent' })).url.href);
  const consent = await undecided.submit(signInPage, { ...ALICE });
  assert.ok(consent.document.querySelector('form[action$="/consent"]'));

  const { id_token: idToken } = await signIn(visit(deployment, harvest), payroll, ALICE);
  const { url } = await payroll.begin({ id_token_hint: idToken ?? '' });
  const pushed = await harvest.fetch(`${deployment.publicUrl}/request`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`payroll-web:${DEMO_CLIENTS['payroll-web'].secret}`)}`,
    },
    body: url.searchParams,
  });
  assert.equal(pushed.status, 201, await pushed.text());

  const leaving = visit(deployment, harvest);
  const request = await payroll.begin();
  // Never redeemed.
  await walkThrough(leaving, request.url, ALICE);
  const confirm = await leaving.open(client.buildEndSessionUrl(payroll.config).href);
  assert.ok(confirm.document.querySelector('input[name=xsrf]'), confirm.text);
}

/** A passkey that is added and used, and one of each challenge that waits. */
async function usePasskeys(deployment: TestDeployment, harvest: Harvest): Promise<void> {
  const { backends, publicUrl: issuer } = deployment;
  const { passkeys, accounts, audit } = backends;
  const deps = { passkeys, accounts, audit, now: () => new Date() };
  const tenant = await backends.tenants.findBySlug('default');
  assert.ok(tenant);
  const account = (await accounts.findByIdentifier(tenant.id, ALICE.identifier))?.account;
  assert.ok(account);
  const device = createSoftAuthenticator({ origin: new URL(issuer).origin });
  const binding = randomUUID();
  harvest.add('passkey session', binding);
  const where = { issuer, binding, address: '192.0.2.1', requestId: 'request' };
  const asked = { purpose: 'sign_in' } as const;

  const register = async () => {
    const begun = await beginPasskeyRegistration(deps, tenant, { issuer, binding, account });
    assert.ok(begun.outcome === 'offered');
    harvest.add('passkey challenge', begun.options.challenge);
    return device.create(begun.options);
  };
  const signIn = async () => {
    const begun = await beginPasskeySignIn(deps, tenant, { asked, issuer, binding });
    assert.ok(begun.outcome === 'offered');
    harvest.add('passkey challenge', begun.options.challenge);
    const response = device.get(begun.options);
    harvest.add('passkey signature', JSON.parse(response).response.signature);
    return response;
  };
  const added = await finishPasskeyRegistration(deps, tenant, {
    ...where,
    accountId: account.id,
    response: await register(),
  });
  assert.equal(added.outcome, 'added');
  const used = { ...where, asked, response: await signIn() };
  assert.equal((await finishPasskeySignIn(deps, tenant, used)).outcome, 'authenticated');
  await register();
  await signIn();
}

/** One person with a second factor and a browser that is remembered, another half-way to theirs. */
async function proveMore(deployment: TestDeployment, harvest: Harvest): Promise<void> {
  const portal = await demoParty(deployment, 'portal-web', { fetch: harvest.fetch });
  const notes = await demoParty(deployment, 'notes-web', {
    fetch: harvest.fetch,
    authentication: client.None(),
  });
  const now = () => new Date();
  const asked = { acr_values: ACR_MULTI_FACTOR };
  const addCodes = (codes: readonly string[]) => {
    assert.equal(codes.length, 10);
    for (const code of codes) harvest.add('recovery code', code.replace('-', ''));
    for (const code of codes) harvest.add('recovery code', code);
  };

  const hers = visit(deployment, harvest);
  const page = await hers.open((await portal.begin(asked)).url.href);
  const empty = await hers.submit(page, { ...ACME_ALICE });
  const { app, recoveryCodes } = await setUpApp(hers, empty, now);
  harvest.add('authenticator app', app.secret);
  addCodes(recoveryCodes);
  const again = visit(deployment, harvest);
  const other = await again.open((await portal.begin()).url.href);
  const factor = await again.submit(other, { ...ACME_ALICE });
  const fields = { code: recoveryCodes[0] ?? '', factor: 'recovery_code', remember: 'yes' };
  await again.submit(factor, fields, { action: '/second-factor' });
  const cookies = await again.jar.getCookies(`${deployment.publicUrl}/t/acme`);
  const cookie = cookies.find(({ key }) => key === 'gatehouse_browser_acme')?.value ?? '';
  harvest.add('browser token', cookie.split('~')[1]);

  // With codes on the page that nobody has said to have saved.
  const elsewhere = visit(deployment, harvest);
  const first = await elsewhere.open((await notes.begin(asked)).url.href);
  const setUp = await chooseApp(elsewhere, await elsewhere.submit(first, { ...ALICE }));
  const waiting = scanInto(setUp, now);
  harvest.add('authenticator app', waiting.secret);
  addCodes(recoveryCodesOn(await elsewhere.submit(setUp, { code: waiting.code() })));
}

/** Links to set a new password: one that was sent, one that waits to be sent. */
async function writeToPeople(deployment: TestDeployment, harvest: Harvest): Promise<void> {
  const { backends, mail } = deployment;
  const add = (text: string) => {
    const link = linkIn({ text, subject: 'the link' });
    harvest.add('link in the mail', new URL(link).searchParams.get('token'));
  };
  const notes = await demoParty(deployment, 'notes-web', { fetch: harvest.fetch });
  mail.refuse('bob@example.com', { status: 451 });
  for (const identifier of ['alice', 'bob']) {
    const browser = visit(deployment, harvest);
    const page = await browser.open((await notes.begin({ prompt: 'login' })).url.href);
    const asked = await browser.submit(page, { way: 'recover' }, { action: '/way' });
    await browser.submit(asked, { identifier }, { action: '/recover' });
  }
  const sent = await mail.waitForMail({ to: 'alice@example.com', kind: 'reset_password_link' });
  add(sent.text);
  const waiting = await pollUntil(
    () =>
      backends
        .db('mail_outbox')
        .where({ recipient: 'bob@example.com', status: 'queued', attempts: 1 })
        .first(),
    { deadlineMs: 10_000 },
  );
  const { tenant_id: tenantId, id, sealed_content: sealed } = waiting;
  add(openMail(backends.sealer, tenantId, id, sealed).text);
}

/** Private keys of every tenant, and the secrets of the deployment. */
async function addKeys(deployment: TestDeployment, harvest: Harvest): Promise<void> {
  const { backends, publicUrl } = deployment;
  const now = () => new Date();
  const { keys } = cliContext({ backends, publicUrl, logger: silentLogger, now });
  for (const slug of ['default', 'acme']) {
    const tenant = await backends.tenants.findBySlug(slug);
    assert.ok(tenant);
    for (const { privateJwk } of (await loadKeySet(keys, tenant)).keys) {
      for (const member of PRIVATE_MEMBERS) {
        harvest.add(`private key ${member}`, Reflect.get(privateJwk, member));
      }
    }
  }
  const { deploymentSecrets: secrets, sealer } = backends;
  const { cookieKeys, ...others } = await loadDeploymentSecrets({ store: secrets, sealer, now });
  for (const [name, value] of Object.entries(others)) harvest.add(name, value);
  for (const value of cookieKeys) harvest.add('cookie key', value);
  const sealingKey = deployment.environment.KEY_ENCRYPTION_KEYS ?? '';
  harvest.add('sealing key', Buffer.from(sealingKey, 'base64').toString('base64url'));
}
