import { normalizeIdentifier } from '../accounts/normalize-identifier.ts';
import { goesAccount } from './plan-prune.ts';
import type { DesiredAccount, DesiredTenant } from './seed.ts';
import { addChange, type Planning, refuse } from './seed-plan.ts';
import type { CurrentTenant } from './seed-store.ts';

/** Compares one account with what is stored; its password counts only while it is new. */
export function planAccount(
  plan: Planning,
  tenant: DesiredTenant,
  account: DesiredAccount,
  stored: CurrentTenant | undefined,
): void {
  const { username, email, claims, roles, groups, password } = account;
  const usernameKey = normalizeIdentifier(username);
  const key = emailKey(email);
  const before = stored?.accounts.find((one) => one.usernameKey === usernameKey);
  const owner = stored?.accounts.find((one) => key !== undefined && one.emailKey === key);
  if (
    owner !== undefined &&
    owner.usernameKey !== usernameKey &&
    !gives(tenant, owner.usernameKey, key) &&
    !goesAccount(plan, tenant, owner)
  ) {
    const place = { ...account.place, path: `${account.place.path}.email` };
    refuse(
      plan,
      place,
      `expected an e-mail address of its own, found that of account ${owner.username}`,
    );
  }
  const kept = before !== undefined && before.emailKey === key && before.emailVerified;
  const emailVerified = email !== undefined && (account.emailVerified ?? kept);
  addChange(
    plan,
    username,
    before && {
      fields: {
        username: before.username,
        email: before.email,
        emailVerified: before.emailVerified,
        ...before.claims,
        roles: before.roles,
        groups: before.groups,
      },
      managed: before.managed,
      record: before.record,
    },
    {
      fields: { username, email, emailVerified, ...claims, roles, groups },
      ...(before === undefined && password !== undefined ? { said: { password: 'set' } } : {}),
      // Whoever made their own account keeps it, whatever files say of it in between.
      made: before === undefined || before.record?.made === true,
    },
    {
      kind: 'account',
      tenant: tenant.slug,
      id: before?.id ?? plan.newId(),
      username,
      usernameKey,
      email,
      emailKey: key,
      emailVerified,
      claims,
      passwordHash: undefined,
      roles,
      groups,
    },
    before === undefined && password !== undefined ? { kind: 'hash', password } : undefined,
  );
}

/** The form of an e-mail address that uniqueness goes by. */
export function emailKey(email: string | undefined): string | undefined {
  return email === undefined ? undefined : normalizeIdentifier(email);
}

/** Whether the files take an e-mail address away from the account that has it. */
function gives(tenant: DesiredTenant, ownerKey: string, address: string | undefined): boolean {
  const owner = tenant.accounts.find(({ username }) => normalizeIdentifier(username) === ownerKey);
  return owner !== undefined && emailKey(owner.email) !== address;
}
