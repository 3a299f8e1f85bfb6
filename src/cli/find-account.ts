import type { Account } from '../accounts/account.ts';
import { normalizeIdentifier } from '../accounts/normalize-identifier.ts';
import { NotFoundError } from '../errors.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { CliContext } from './cli-context.ts';

/** What a command's `<account>` argument may be. */
export const ACCOUNT_HELP = 'user name, e-mail address or id';

/**
 * The account that an operator means; a user name or an e-mail address wins over an id.
 *
 * @throws NotFoundError
 */
export async function findAccount(
  context: Pick<CliContext, 'accounts'>,
  tenant: Tenant,
  identifier: string,
): Promise<Account> {
  const key = normalizeIdentifier(identifier);
  const byName = await context.accounts.findByIdentifier(tenant.id, key);
  const found = byName?.account ?? (await context.accounts.findById(tenant.id, identifier));
  if (found === undefined)
    throw new NotFoundError(`account ${identifier} of tenant ${tenant.slug}`);
  return found;
}
