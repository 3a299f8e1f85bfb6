import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { randomId } from '../crypto/random-id.ts';
import { createUuidV7 } from '../storage/postgres/uuid-v7.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { insertOneTimeCode, insertSecondFactors } from './factor-rows.ts';
import {
  assignRole,
  insertAccount,
  insertApplication,
  insertClient,
  insertGroup,
  insertRole,
  insertTenant,
  insertUpstreamLink,
  insertUpstreamProvider,
} from './fixtures.ts';

/** A tenant with a row in every table that a store of identities, grants or keys reads. */
export interface PopulatedTenant {
  tenantId: TenantId;
  slug: string;
  /** Host of its own issuer. */
  host: string;
  applicationId: string;
  audience: string;
  /** Role `editor` with the permissions `notes:read` and `notes:write`. */
  roleId: string;
  groupId: string;
  /** Holds the role, a current and a previous secret, and a `backchannel_logout_uri`. */
  clientId: string;
  secretDigest: string;
  /** Holds the role directly and through the group. */
  accountId: string;
  username: string;
  email: string;
  passwordHash: string;
  /** Digest of a live link to set a new password. */
  linkDigest: string;
  /** A live change of the account's address, and the digest of the link that approves it. */
  emailChange: { email: string; approvalDigest: string };
  /** A passkey of the account, and the handle of its user. */
  passkeyId: string;
  userHandle: string;
  /** A challenge that waits for an answer: digests of what it is bound to and of itself. */
  challenge: { binding: string; digest: string };
  /** An active authenticator app, and one that waits under a binding's digest. */
  totpId: string;
  pendingTotpId: string;
  pendingBindingDigest: string;
  recoveryCodeDigest: string;
  browserId: string;
  browserDigest: string;
  /** Under what a one-time code is stored. */
  codeLookup: string;
  codeDigest: string;
  /** A signing key in the stage `next` that is due. */
  kid: string;
  /** Somebody who was invited, by a link that works. */
  invitation: { digest: string; email: string };
  /** An upstream provider, and an identity at it that belongs to the account. */
  upstream: { key: string; issuer: string; subject: string; linkId: string };
  /** A message to the account, due an hour ago, that nobody has claimed. */
  mailId: string;
  /** A notification of an ended session that is due. */
  logoutId: string;
}

const HOUR_MS = 60 * 60 * 1000;

/** Inserts a {@link PopulatedTenant}; two of them have nothing in common. */
export async function populateTenant(db: Knex): Promise<PopulatedTenant> {
  const mark = randomId(6).toLowerCase().replaceAll('_', 'u').replaceAll('-', 'd');
  const slug = `t-${mark}`;
  const host = `${mark}.example`;
  const audience = `https://api.${mark}.example`;
  const username = `alice-${mark}`;
  const email = `alice@${mark}.example`;
  const passwordHash = `hash-${mark}`;
  const secretDigest = `secret-${mark}`;
  const linkDigest = randomId();
  const kid = randomId();
  const tomorrow = new Date(Date.now() + 24 * HOUR_MS);
  const hourAgo = new Date(Date.now() - HOUR_MS);

  const tenantId = await insertTenant(db, { slug, customIssuer: `https://${host}` });
  const applicationId = await insertApplication(db, tenantId, { audience });
  const roleId = await insertRole(db, tenantId, applicationId, {
    key: 'editor',
    permissions: ['notes:read', 'notes:write'],
  });
  const clientId = await insertClient(db, tenantId, applicationId, {
    secretDigest,
    metadata: {
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      backchannel_logout_uri: `https://${host}/logout`,
    },
  });
  await db('clients')
    .where({ tenant_id: tenantId, client_id: clientId })
    .update({ previous_secret_digest: `old-${mark}`, previous_secret_expires_at: tomorrow });
  const accountId = await insertAccount(db, tenantId, { username, email, passwordHash });
  const groupId = await insertGroup(db, tenantId, { members: [accountId] });
  await assignRole(db, tenantId, roleId, { accountId });
  await assignRole(db, tenantId, roleId, { groupId });
  await assignRole(db, tenantId, roleId, { clientId });
  await db('one_time_links').insert({
    tenant_id: tenantId,
    account_id: accountId,
    purpose: 'reset_password',
    digest: linkDigest,
    expires_at: tomorrow,
  });
  const emailChange = { email: `new-${mark}@acme.example`, approvalDigest: randomId() };
  await db('email_changes').insert({
    tenant_id: tenantId,
    account_id: accountId,
    email: emailChange.email,
    email_key: emailChange.email,
    previous_email: email,
    previous_email_key: email,
    approval_digest: emailChange.approvalDigest,
    expires_at: tomorrow,
  });
  const invitation = { digest: randomId(), email: `invited-${mark}@acme.example` };
  await db('invitations').insert({
    tenant_id: tenantId,
    ...invitation,
    email_key: invitation.email,
    expires_at: tomorrow,
  });
  const factors = await insertSecondFactors(db, tenantId, accountId);
  const code = await insertOneTimeCode(db, tenantId);
  await db('recorded_grants').insert({
    tenant_id: tenantId,
    account_id: accountId,
    client_id: clientId,
    scopes: ['openid'],
  });
  const { passkeyId, userHandle, challenge } = await insertPasskey(db, tenantId, accountId);
  await db('tenant_origins').insert({
    tenant_id: tenantId,
    origin_id: randomUUID(),
    sealed_secrets: 'sealed',
  });
  await db('key_sets').insert({ tenant_id: tenantId, version: 1 });
  await db('signing_keys').insert({
    tenant_id: tenantId,
    kid,
    algorithm: 'ES256',
    stage: 'next',
    public_jwk: JSON.stringify({ kty: 'EC' }),
    sealed_private_jwk: 'sealed',
    created_at: hourAgo,
    stage_since: hourAgo,
  });
  const upstream = { key: `up-${mark}`, issuer: `https://up.${mark}.example`, subject: mark };
  await insertUpstreamProvider(db, tenantId, upstream);
  const linkId = await insertUpstreamLink(db, tenantId, {
    ...upstream,
    provider: upstream.key,
    accountId,
  });
  const mailId = createUuidV7()(hourAgo);
  await db('mail_outbox').insert({
    tenant_id: tenantId,
    id: mailId,
    kind: 'sign_in_code',
    account_id: accountId,
    language: 'en',
    recipient: email,
    status: 'queued',
    next_attempt_at: hourAgo,
    give_up_at: tomorrow,
    sealed_content: 'sealed',
    created_at: hourAgo,
    expires_at: tomorrow,
  });
  const logoutId = randomUUID();
  await db('logout_notifications').insert({
    tenant_id: tenantId,
    id: logoutId,
    client_id: clientId,
    account_id: accountId,
    sid: `sid-${mark}`,
    next_attempt_at: hourAgo,
    created_at: hourAgo,
    give_up_at: tomorrow,
    expires_at: tomorrow,
  });

  return {
    tenantId,
    slug,
    host,
    applicationId,
    audience,
    roleId,
    groupId,
    clientId,
    secretDigest,
    accountId,
    username,
    email,
    passwordHash,
    linkDigest,
    passkeyId,
    userHandle,
    challenge,
    ...factors,
    ...code,
    kid,
    invitation,
    emailChange,
    upstream: { ...upstream, linkId },
    mailId,
    logoutId,
  };
}

/** A passkey that counts its uses, and a challenge that waits. */
async function insertPasskey(db: Knex, tenantId: TenantId, accountId: string) {
  const passkeyId = randomId();
  const userHandle = randomId();
  const challenge = { binding: randomId(), digest: randomId() };
  const account = { tenant_id: tenantId, account_id: accountId };
  await db('passkey_users').insert({ ...account, handle: userHandle });
  await db('passkeys').insert({
    ...account,
    credential_id: passkeyId,
    public_key: 'key',
    counter: 1,
    aaguid: '00000000-0000-0000-0000-000000000000',
    backup_eligible: false,
    backed_up: false,
    created_at: new Date(),
  });
  await db('passkey_challenges').insert({
    tenant_id: tenantId,
    ...challenge,
    expires_at: new Date(Date.now() + HOUR_MS),
  });
  return { passkeyId, userHandle, challenge };
}
