import type { TenantId } from '../tenants/tenant.ts';
import type { ApplicationStore } from './application-store.ts';

/**
 * Everything that an account may do: `application:role` of every application, those of its groups
 * too, sorted.
 *
 * @throws StorageUnavailableError
 */
export async function rolesOfAccount(
  deps: { readonly applications: Pick<ApplicationStore, 'listApplications' | 'rolesOfAccount'> },
  tenantId: TenantId,
  accountId: string,
): Promise<string[]> {
  const roles: string[] = [];
  for (const { id, key } of await deps.applications.listApplications(tenantId)) {
    const held = await deps.applications.rolesOfAccount(tenantId, id, accountId);
    roles.push(...held.roles.map((role) => `${key}:${role}`));
  }
  return roles.sort();
}
