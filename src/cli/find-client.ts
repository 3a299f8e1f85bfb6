import type { ApplicationStore } from '../applications/application-store.ts';
import type { RegisteredClient } from '../applications/client.ts';
import { NotFoundError } from '../errors.ts';
import type { Tenant } from '../tenants/tenant.ts';

/** @throws NotFoundError */
export async function findClient(
  context: { readonly applications: Pick<ApplicationStore, 'findClient'> },
  tenant: Tenant,
  clientId: string,
): Promise<RegisteredClient> {
  const client = await context.applications.findClient(tenant.id, clientId);
  if (client !== undefined) return client;
  throw new NotFoundError(`client ${clientId} of tenant ${tenant.slug}`);
}
