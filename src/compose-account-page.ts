import type { AccountPageDeps } from './account-page/account-page.ts';
import { editProfile } from './accounts/edit-profile.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import { currentSession } from './provider/current-session.ts';
import type { ProviderPool } from './provider/provider-for-tenant.ts';

/**
 * Wires what the account page asks of the other rooms.
 *
 * @param parts.lookupKey - keys the forms' anti-CSRF tokens
 */
export function accountPageDeps(parts: {
  backends: Backends;
  audit: AuditLog;
  providers: ProviderPool;
  lookupKey: string;
  render: AccountPageDeps['render'];
  now: () => Date;
}): AccountPageDeps {
  const { backends, audit, providers, lookupKey, render, now } = parts;
  const { accounts } = backends;
  return {
    currentSession: async (tenant, ctx) =>
      currentSession(await providers.providerForTenant(tenant), ctx),
    findAccount: accounts.findById,
    editProfile: (tenant, input) => editProfile({ accounts, audit }, tenant, input),
    csrfSecret: () => lookupKey,
    render,
    now,
  };
}
