import type { Knex } from 'knex';
import type { NewAccount } from '../../accounts/account-store.ts';
import { normalizeIdentifier } from '../../accounts/normalize-identifier.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { query } from './query.ts';

/**
 * Inserts an account with its password, in one statement: all of it, or nothing when its name or
 * its address is another's. Neither may be the other kind of name of somebody else either: a
 * username that is another account's address would take its sign-ins away.
 *
 * @returns whether it was inserted
 */
export async function insertAccount(
  db: Knex,
  tenantId: TenantId,
  account: NewAccount,
): Promise<boolean> {
  const usernameKey = normalizeIdentifier(account.username);
  const emailKey = normalizeIdentifier(account.email);
  const rows = await query(
    db,
    `with account as (
       insert into accounts
         (tenant_id, id, username, username_key, email, email_key, email_verified, claims)
       select ?, ?, ?, ?, ?, ?, true, ?::jsonb
        where not exists (
          select 1 from accounts a
           where a.tenant_id = ? and (a.username_key = ? or a.email_key = ?))
       on conflict do nothing
       returning tenant_id, id
     ), password as (
       insert into passwords (tenant_id, account_id, hash)
       select tenant_id, id, ? from account where ?::text is not null
     )
     select 1 from account`,
    [
      tenantId,
      account.id,
      account.username,
      usernameKey,
      account.email,
      emailKey,
      JSON.stringify(account.claims),
      tenantId,
      emailKey,
      usernameKey,
      account.passwordHash ?? null,
      account.passwordHash ?? null,
    ],
  );
  return rows.length > 0;
}
