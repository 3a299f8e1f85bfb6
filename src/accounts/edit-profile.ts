import { isDeepStrictEqual } from 'node:util';
import type { AuditLog } from '../audit/audit-log.ts';
import { NotFoundError } from '../errors.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { isValidClaim } from './account-claims.ts';
import type { AccountStore } from './account-store.ts';

/** Standard claims that people may change themselves. */
export const EDITABLE_CLAIMS = [
  'name',
  'given_name',
  'family_name',
  'nickname',
  'birthdate',
  'locale',
  'zoneinfo',
  'phone_number',
  'website',
  'picture',
  'address',
] as const;

export type EditableClaim = (typeof EDITABLE_CLAIMS)[number];

/** A person's profile as it is to be: a claim that is not here is removed. */
export type Profile = Readonly<Partial<Record<EditableClaim, unknown>>>;

export type EditProfileResult =
  | { readonly outcome: 'saved' }
  /** Nothing was changed. */
  | { readonly outcome: 'invalid'; readonly claims: readonly EditableClaim[] };

/**
 * Changes what a person says of themselves. Other claims stay as they are, but a phone number that
 * was verified is not when it is another one.
 *
 * Of two changes at once one is last, and is there whole.
 *
 * @throws NotFoundError when there is no such account; StorageUnavailableError
 */
export async function editProfile(
  deps: {
    readonly accounts: Pick<AccountStore, 'findById' | 'changeClaims'>;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Tenant,
  input: {
    readonly accountId: string;
    readonly profile: Profile;
    readonly address: string;
    readonly requestId: string;
  },
): Promise<EditProfileResult> {
  const { accountId, profile, address, requestId } = input;
  const given = EDITABLE_CLAIMS.filter((claim) => profile[claim] !== undefined);
  const invalid = given.filter((claim) => !isValidClaim(claim, profile[claim]));
  if (invalid.length > 0) return { outcome: 'invalid', claims: invalid };

  const account = await deps.accounts.findById(tenant.id, accountId);
  if (account === undefined) throw new NotFoundError('account');
  const changed = EDITABLE_CLAIMS.filter(
    (claim) => !isDeepStrictEqual(profile[claim], account.claims[claim]),
  );
  if (changed.length === 0) return { outcome: 'saved' };

  const removed: string[] = EDITABLE_CLAIMS.filter((claim) => profile[claim] === undefined);
  if (changed.includes('phone_number')) removed.push('phone_number_verified');
  const set = Object.fromEntries(given.map((claim) => [claim, profile[claim]]));
  if (!(await deps.accounts.changeClaims(tenant.id, accountId, { set, removed }))) {
    throw new NotFoundError('account');
  }
  await deps.audit.record({
    kind: 'account.profile_changed',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id: accountId },
    address,
    requestId,
    detail: { claims: changed },
  });
  return { outcome: 'saved' };
}
