import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { AccountStore } from './account-store.ts';

/** Accounts of one page, and how many of them are ended at once. */
const PAGE = 500;
const AT_ONCE = 8;

/**
 * Ends everything that anybody of a tenant has open: sessions, remembered browsers, refresh tokens,
 * those with `offline_access` too. Passwords, factors and what people allowed applications stay.
 *
 * It goes through the accounts one by one while servers run; who signs in meanwhile may be signed
 * out or not. Doing it again is allowed. The audit log has that it began and that it ended, so that a
 * run that was cut short leaves a trace.
 *
 * @param deps.endAccountSessions - ends every session and refresh token of an account
 * @param input.actor - for the audit log
 * @returns how many accounts were gone through
 * @throws StorageUnavailableError: try again
 */
export async function signOutEverybody(
  deps: {
    readonly accounts: Pick<AccountStore, 'list'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly endAccountSessions: (tenant: Tenant, accountId: string) => Promise<void>;
  },
  tenant: Tenant,
  input: { readonly actor: AuditEvent['actor'] },
): Promise<number> {
  const about = {
    tenantId: tenant.id,
    outcome: 'success',
    actor: input.actor,
    subject: { type: 'tenant', id: tenant.slug },
  } as const;
  await deps.audit.record({ ...about, kind: 'tenant.sign_out_begun' });
  let signedOut = 0;
  let after: string | undefined;
  for (;;) {
    const page = await deps.accounts.list(tenant.id, {
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (let at = 0; at < page.length; at += AT_ONCE) {
      const some = page.slice(at, at + AT_ONCE);
      await Promise.all(some.map(({ id }) => deps.endAccountSessions(tenant, id)));
    }
    signedOut += page.length;
    after = page.at(-1)?.username;
    if (page.length < PAGE) break;
  }
  const detail = { accounts: signedOut };
  await deps.audit.record({ ...about, kind: 'tenant.signed_out', detail });
  return signedOut;
}
