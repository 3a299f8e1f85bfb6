import type { FindAccount, KoaContextWithOIDC, Account as LibraryAccount } from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import { accountClaims } from '../accounts/account-claims.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { ACR_REMEMBERED_BROWSER, levelOf, satisfies } from '../accounts/acr.ts';
import { NO_ROLES, type RoleAssignment } from '../applications/application.ts';
import type { ApplicationStore } from '../applications/application-store.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import { inProtocol } from './protocol-errors.ts';
import type { TenantCatalog } from './tenant-catalog.ts';

export interface FindAccountDeps {
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly applications: Pick<ApplicationStore, 'rolesOfAccount'>;
  readonly catalog: TenantCatalog;
}

/**
 * The library's view of an account: who it is now, on every request.
 *
 * A disabled or deleted account is not found, so that single sign-on, `prompt=none`, refresh and
 * userinfo end with it. An account that lost its last role in a gated application is not found by
 * the token endpoint either (the authorization endpoint shows the gate instead). Where the tenant
 * requires a second factor, a refresh token from a sign-in without one finds nobody: the person
 * signs in again, and sets one up.
 */
export function createFindAccount(deps: FindAccountDeps, tenant: Tenant): FindAccount {
  const tenantId = tenant.id;
  return async (ctx, accountId, token) => {
    const account = await inProtocol(deps.accounts.findById(tenantId, accountId));
    if (account === undefined || account.disabled) return undefined;
    if (token?.kind === 'RefreshToken' && !meetsPolicy(tenant, levelOf(token))) return undefined;
    const roles = () => rolesForClient(deps, tenantId, ctx, account.id);
    if (token !== undefined && (await isGated(deps, ctx)) && (await roles()).roles.length === 0) {
      return undefined;
    }
    return libraryAccount(account, roles);
  };
}

function meetsPolicy({ settings }: Tenant, acr: string | undefined): boolean {
  return settings.mfa !== 'required' || satisfies(acr, ACR_REMEMBERED_BROWSER);
}

function libraryAccount(account: Account, roles: () => Promise<RoleAssignment>): LibraryAccount {
  return {
    accountId: account.id,
    async claims(_use, scope, claims) {
      const asked = scope.split(' ').includes('roles') || 'roles' in (claims ?? {});
      const extra = asked ? { roles: [...(await roles()).roles] } : {};
      return { ...accountClaims(account), ...extra, sub: account.id };
    },
  };
}

/** Whether the requesting client's application admits only accounts with a role in it. */
export async function isGated(
  deps: Pick<FindAccountDeps, 'catalog'>,
  ctx: KoaContextWithOIDC,
): Promise<boolean> {
  const clientId = ctx.oidc.client?.clientId;
  if (clientId === undefined) return false;
  const client = await deps.catalog.client(clientId);
  return client?.application.requireAssignment ?? false;
}

/** What an account holds in the requesting client's application; read once per request. */
export async function rolesForClient(
  deps: Pick<FindAccountDeps, 'applications' | 'catalog'>,
  tenantId: TenantId,
  ctx: KoaContextWithOIDC,
  accountId: string,
): Promise<RoleAssignment> {
  const clientId = ctx.oidc.client?.clientId;
  if (clientId === undefined) return NO_ROLES;
  const client = await deps.catalog.client(clientId);
  if (client === undefined) return NO_ROLES;
  return rolesInApplication(deps, tenantId, ctx, client.application.id, accountId);
}

const roleReads = new WeakMap<object, Map<string, Promise<RoleAssignment>>>();

/** Roles of an account in one application; one query per request, however often it is asked. */
export function rolesInApplication(
  deps: Pick<FindAccountDeps, 'applications'>,
  tenantId: TenantId,
  ctx: KoaContextWithOIDC,
  applicationId: string,
  accountId: string,
): Promise<RoleAssignment> {
  const reads = roleReads.get(ctx) ?? new Map<string, Promise<RoleAssignment>>();
  roleReads.set(ctx, reads);
  const key = `${applicationId} ${accountId}`;
  let read = reads.get(key);
  if (read === undefined) {
    read = inProtocol(deps.applications.rolesOfAccount(tenantId, applicationId, accountId));
    reads.set(key, read);
  }
  return read;
}
