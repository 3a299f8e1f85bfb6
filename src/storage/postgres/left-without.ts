import type { Knex } from 'knex';
import type { TenantId } from '../../tenants/tenant.ts';
import { query, queryOne } from './query.ts';

/** What is to be removed from an account; the rest counts as it is. */
export interface Leaving {
  readonly passkey?: string;
  /** UUID. */
  readonly link?: string;
  readonly totp?: boolean;
}

/** What an account has besides. */
export interface Left {
  /**
   * Something to open a sign-in with: a password, a link to a provider in use, a passkey where the
   * tenant has second factors.
   */
  readonly way: boolean;
  /** An authenticator app or a passkey. */
  readonly factor: boolean;
}

/**
 * What is left of an account without something. Whoever removes anything else of it at the same
 * time waits here until the transaction is over, then counts what that left.
 */
export async function leftWithout(
  trx: Knex.Transaction,
  tenantId: TenantId,
  accountId: string,
  { passkey = '', link, totp = false }: Leaving,
): Promise<Left> {
  await query(trx, 'select 1 from accounts where tenant_id = ? and id = ? for no key update', [
    tenantId,
    accountId,
  ]);
  const left = await queryOne<Left>(
    trx,
    `with one as (select ?::uuid as tenant_id, ? as account_id), keys as (
       select 1 from passkeys p join one using (tenant_id, account_id)
        where p.credential_id <> ?
     )
     select exists (select from keys, tenants t
                      where t.id = ? and t.settings ->> 'mfa' is distinct from 'off')
              or exists (select from passwords join one using (tenant_id, account_id))
              or exists (select from upstream_links l join one using (tenant_id, account_id)
                           join upstream_providers u on u.tenant_id = l.tenant_id
                            and u.key = l.provider_key and u.disabled_at is null
                          where l.id is distinct from ?::uuid) as way,
            exists (select from keys)
              or (not ? and exists (select from totp_factors f
                                      join one using (tenant_id, account_id)
                                     where f.state = 'active')) as factor`,
    [tenantId, accountId, passkey, tenantId, link ?? null, totp],
  );
  return left ?? { way: false, factor: false };
}
