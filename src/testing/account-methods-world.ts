/**
 * People at the pages where they look after what they sign in with: a deployment whose mail waits,
 * with a provider of somebody else beside it and a clock that a test moves on.
 */
import type { PasskeyCreationOptions } from '../accounts/register-passkey.ts';
import { type AccountGuest, accountGuest, pathOf } from './account-visit.ts';
import { recoveryCodesOn, scanInto } from './authenticator-app.ts';
import { insertAccount } from './fixtures.ts';
import { ALICE, startDeployment } from './gatehouse.ts';
import type { PlainPage } from './plain-browser.ts';
import type { Person } from './relying-party.ts';
import { seedMore } from './seed-more.ts';
import { createSoftAuthenticator, type SoftAuthenticator } from './soft-authenticator.ts';
import { startUpstreamServer } from './upstream-server.ts';

/** Mail is on, but nothing takes it: what is queued can be looked at. */
const MAIL = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'no-reply@login.example' };
const STEP_MS = 30_000;

export type Owner = Person & { readonly id: string };
export type AccountMethodsWorld = Awaited<ReturnType<typeof startAccountMethodsWorld>>;

export const textOf = (page: PlainPage) =>
  (page.document.querySelector('main')?.text ?? '').replace(/\s+/g, ' ').trim();
/** Whether a page has a form that leads there. */
export const has = (page: PlainPage, action: string) =>
  page.document.querySelector(`form[action$="${action}"]`) !== null;
/** The names of what a page lists. */
export const listed = (page: PlainPage) =>
  page.document.querySelectorAll('.items h2').map(({ text }) => text.trim());
export const optionsOn = (page: PlainPage): PasskeyCreationOptions =>
  JSON.parse(
    page.document.querySelector('form[data-passkey=create]')?.getAttribute('data-options') ?? '',
  );

/** Connects what somebody signs in with elsewhere. */
export async function connect(by: AccountGuest): Promise<PlainPage> {
  const page = await by.open('/methods/connected');
  return by.browser.submit(page, {}, { action: '/connected/add' });
}

/** Call `stop` in `after`. */
export async function startAccountMethodsWorld() {
  const upstream = await startUpstreamServer();
  let people = 0;
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const deployment = await startDeployment({ env: MAIL, now });
  const { db, tenants } = deployment.backends;
  const { clientId: client_id, clientSecret: value, issuer } = upstream;
  await seedMore(deployment, {
    slug: 'default',
    name: 'Gatehouse Demo',
    upstreams: [{ key: 'up', name: 'Elsewhere', issuer, client_id, client_secret: { value } }],
  });
  const tenantId = (await tenants.findBySlug('default'))?.id ?? '';

  async function setTenant(settings: Record<string, unknown>): Promise<void> {
    await db.raw('update tenants set settings = settings || ?::jsonb where id = ?', [
      JSON.stringify(settings),
      tenantId,
    ]);
    await tenants.touch(tenantId);
    await deployment.replicas[0]?.gatehouse.feed.lookNow();
  }
  await setTenant({ emailCode: false });

  /** Somebody with Alice's password. */
  async function newOwner(): Promise<Owner> {
    people += 1;
    const [{ hash }] = await db('passwords')
      .join('accounts', 'accounts.id', 'passwords.account_id')
      .where({ username_key: 'alice', 'accounts.tenant_id': tenantId })
      .select('hash');
    const identifier = `person-${people}`;
    const email = `${identifier}@acme.example`;
    const account = { username: identifier, email, passwordHash: hash };
    const id = await insertAccount(db, tenantId, account);
    await db('accounts').where({ id }).update({ email_verified: true });
    return { identifier, password: ALICE.password, id };
  }
  /** What a new sign-in of the owner stops at. */
  const signInAnew = async (owner: Owner) => {
    const other = accountGuest(deployment, owner);
    return { other, page: await other.open() };
  };
  const authenticator = () => createSoftAuthenticator({ origin: deployment.publicUrl });

  return {
    deployment,
    upstream,
    now,
    setTenant,
    newOwner,
    signInAnew,
    authenticator,
    /** Somebody new, in the browser they sign in with, who is somebody of their own upstream. */
    async begin() {
      const owner = await newOwner();
      upstream.person = { sub: `at-upstream-${people}`, email: `pat-${people}@up.example` };
      return { owner, guest: accountGuest(deployment, owner) };
    },
    /** Authenticator apps show another code from then on. */
    nextCode() {
      ahead += STEP_MS;
    },
    /** Kinds of what waits to be sent to the owner, oldest first. */
    async mailed(owner: Owner): Promise<string[]> {
      const rows = await db('mail_outbox').where({ account_id: owner.id }).orderBy('created_at');
      return rows.map(({ kind }) => String(kind).replace('security_notice.', ''));
    },
    forgetPassword: (owner: Owner) => db('passwords').where({ account_id: owner.id }).delete(),
    async setUpApp(by: AccountGuest) {
      const form = await by.open('/methods/app/add');
      const app = scanInto(form, now);
      const shown = await by.browser.submit(form, { code: app.code() });
      return { app, form, shown, codes: recoveryCodesOn(shown) };
    },
    /** Whether a code opens a sign-in of the owner that asks for one. */
    async opens(owner: Owner, code: string, action = '/second-factor') {
      const { other, page } = await signInAnew(owner);
      const asked =
        action === '/second-factor'
          ? page
          : await other.browser.submit(page, { factor: 'recovery_code' }, { action: '/factor' });
      return pathOf(await other.browser.submit(asked, { code }, { action: '/second-factor' }));
    },
    async addPasskey(by: AccountGuest, name = '', device: SoftAuthenticator = authenticator()) {
      const form = await by.open('/methods/passkeys/add');
      const passkey = device.create(optionsOn(form));
      return by.browser.submit(form, { passkey, name }, { action: '/add' });
    },
    async stop() {
      await deployment.stop();
      await upstream.close();
    },
  };
}
