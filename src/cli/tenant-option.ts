import type { Command } from 'commander';
import { NotFoundError } from '../errors.ts';
import { DEFAULT_TENANT_SLUG, type Tenant, type TenantId } from '../tenants/tenant.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';

/** Adds `--tenant`, which names the tenant that a command is about. */
export function withTenant(command: Command): Command {
  return command.option('-t, --tenant <slug>', 'the tenant', DEFAULT_TENANT_SLUG);
}

/** @throws NotFoundError */
export async function tenantOf(
  context: { readonly tenants: Pick<TenantStore, 'findBySlug'> },
  slug: string,
): Promise<Tenant> {
  const tenant = await context.tenants.findBySlug(slug);
  if (tenant === undefined) throw new NotFoundError(`tenant ${slug}`);
  return tenant;
}

/** The slugs of the tenants that a page of something names, by id: a few, of thousands. */
export function slugsOf(
  context: { readonly tenants: Pick<TenantStore, 'slugs'> },
  named: readonly { readonly tenantId: TenantId | undefined }[],
): Promise<ReadonlyMap<TenantId, string>> {
  return context.tenants.slugs([...new Set(named.flatMap(({ tenantId }) => tenantId ?? []))]);
}

/** Every tenant, ordered by slug. */
export async function allTenants(context: {
  readonly tenants: Pick<TenantStore, 'list'>;
}): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  const limit = 1_000;
  for (;;) {
    const after = tenants.at(-1)?.slug;
    const page = await context.tenants.list(after === undefined ? { limit } : { after, limit });
    tenants.push(...page);
    if (page.length < limit) return tenants;
  }
}
