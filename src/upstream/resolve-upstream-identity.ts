import type { Account } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { normalizeIdentifier } from '../accounts/normalize-identifier.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { UpstreamIdentity, UpstreamLink, UpstreamProvider } from './upstream.ts';
import type { UpstreamLinkStore } from './upstream-link-store.ts';

/** Whose an identity is, or what its owner may do about its being nobody's. */
export type UpstreamResolution =
  /** It belongs to this account. */
  | { readonly outcome: 'known'; readonly account: Account; readonly link: UpstreamLink }
  /**
   * Nobody is signed in: whoever has an account signs in to it once, by what it has, and links
   * the identity. `mayRegister`: whoever has none may make one, with an address that they prove.
   */
  | { readonly outcome: 'confirm_link'; readonly mayRegister: boolean }
  /** There is no account yet, and one is made: its address is proved by the provider's word. */
  | { readonly outcome: 'create'; readonly email: string }
  /** There is no account for it, and none is made. */
  | { readonly outcome: 'not_registered' };

/**
 * Decides what an identity at a provider may do here. Changes nothing.
 *
 * Only a link signs in, never an address: not one that is verified, not one that an account has.
 * An address says no more than that its account may be meant, and where the provider's word on it
 * does not count, it is not even looked for: otherwise anybody could claim addresses somewhere
 * else, and read here who has an account.
 *
 * A disabled account's identity is nobody's, and gets no other account.
 *
 * @throws StorageUnavailableError
 */
export async function resolveUpstreamIdentity(
  deps: {
    readonly links: Pick<UpstreamLinkStore, 'findByIdentity'>;
    readonly accounts: Pick<AccountStore, 'findById' | 'findByIdentifier'>;
  },
  tenant: Tenant,
  provider: UpstreamProvider,
  identity: UpstreamIdentity,
): Promise<UpstreamResolution> {
  const link = await deps.links.findByIdentity(tenant.id, identity);
  if (link !== undefined) {
    const account = await deps.accounts.findById(tenant.id, link.accountId);
    if (account === undefined || account.disabled) return { outcome: 'not_registered' };
    return { outcome: 'known', account, link };
  }
  const mayRegister = isOpenTo(tenant, provider, identity);
  const { email } = identity;
  if (email === undefined || !identity.emailVerified || !provider.trustEmail) {
    return { outcome: 'confirm_link', mayRegister };
  }
  const theirs = await deps.accounts.findByIdentifier(tenant.id, email);
  if (theirs !== undefined) return { outcome: 'confirm_link', mayRegister: false };
  return mayRegister ? { outcome: 'create', email } : { outcome: 'not_registered' };
}

/** Whether somebody whom a provider vouches for may have an account made. */
function isOpenTo(
  { settings }: Tenant,
  { registration, emailDomains }: UpstreamProvider,
  { email = '' }: UpstreamIdentity,
): boolean {
  if (settings.registration !== 'open' || registration !== 'allow') return false;
  const domain = normalizeIdentifier(email.slice(email.lastIndexOf('@') + 1));
  return emailDomains.length === 0 || emailDomains.includes(domain);
}
