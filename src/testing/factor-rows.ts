import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { randomId } from '../crypto/random-id.ts';
import type { TenantId } from '../tenants/tenant.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Gives an account an authenticator app that is active, one that waits, a recovery code and a
 * remembered browser. Nothing real is sealed or digested.
 */
export async function insertSecondFactors(db: Knex, tenantId: TenantId, accountId: string) {
  const factors = {
    totpId: randomUUID(),
    pendingTotpId: randomUUID(),
    pendingBindingDigest: randomId(),
    recoveryCodeDigest: randomId(),
    browserId: randomUUID(),
    browserDigest: randomId(),
  };
  const tomorrow = new Date(Date.now() + DAY_MS);
  const owner = { tenant_id: tenantId, account_id: accountId };
  await db('totp_factors').insert([
    { ...owner, id: factors.totpId, state: 'active', sealed_seed: 'sealed' },
    {
      ...owner,
      id: factors.pendingTotpId,
      state: 'pending',
      sealed_seed: 'sealed',
      binding_digest: factors.pendingBindingDigest,
      expires_at: tomorrow,
    },
  ]);
  await db('recovery_codes').insert({ ...owner, digest: factors.recoveryCodeDigest });
  await db('remembered_browsers').insert({
    ...owner,
    id: factors.browserId,
    digest: factors.browserDigest,
    user_agent: 'Browser/1',
    address: '192.0.2.1',
    created_at: new Date(),
    last_used_at: new Date(),
    expires_at: tomorrow,
  });
  return factors;
}

/** A code that was sent by e-mail and waits. */
export async function insertOneTimeCode(db: Knex, tenantId: TenantId) {
  const code = { codeLookup: randomId(), codeDigest: randomId() };
  await db('one_time_codes').insert({
    tenant_id: tenantId,
    lookup: code.codeLookup,
    purpose: 'sign_in',
    nonce: 'nonce',
    digest: code.codeDigest,
    expires_at: new Date(Date.now() + DAY_MS),
  });
  return code;
}
