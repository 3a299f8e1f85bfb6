import { ACCOUNT_CLIENT_ID, accountClient } from '../applications/account-client.ts';
import type { Application } from '../applications/application.ts';
import type { ApplicationStore } from '../applications/application-store.ts';
import type { RegisteredClient } from '../applications/client.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { inProtocol } from './protocol-errors.ts';

const MAX_CLIENTS = 2_000;
const MAX_APPLICATIONS = 500;

/**
 * Clients and applications of one tenant, read once and kept for the life of one Provider: a
 * change of either bumps the tenant's version, which retires the Provider and this with it.
 *
 * What is not there is not remembered, so a client works as soon as it is registered. An outage is
 * said in the protocol's words: only the library's code asks.
 *
 * The client of the account page is built in: it is always there, and not in the store.
 */
export interface TenantCatalog {
  client(clientId: string): Promise<RegisteredClient | undefined>;
  applicationByAudience(audience: string): Promise<Application | undefined>;
}

export function createTenantCatalog(
  deps: { applications: Pick<ApplicationStore, 'findClient' | 'findByAudience'> },
  tenantId: TenantId,
  issuer: string,
): TenantCatalog {
  const { applications } = deps;
  const builtIn = accountClient(tenantId, issuer);
  const registered = rememberFound<RegisteredClient>(MAX_CLIENTS, (clientId) =>
    inProtocol(applications.findClient(tenantId, clientId)),
  );
  return {
    client: async (clientId) => (clientId === ACCOUNT_CLIENT_ID ? builtIn : registered(clientId)),
    applicationByAudience: rememberFound<Application>(MAX_APPLICATIONS, (audience) =>
      inProtocol(applications.findByAudience(tenantId, audience)),
    ),
  };
}

/** Reads once for many at once, and keeps what was found; what waits is never pushed out. */
function rememberFound<Value extends object>(
  max: number,
  read: (key: string) => Promise<Value | undefined>,
): (key: string) => Promise<Value | undefined> {
  const found = createBoundedCache<Value>(max);
  const reading = new Map<string, Promise<Value | undefined>>();
  const readOnce = async (key: string) => {
    try {
      const value = await read(key);
      if (value !== undefined) found.set(key, value);
      return value;
    } finally {
      reading.delete(key);
    }
  };
  return async (key) => {
    const kept = found.get(key);
    if (kept !== undefined) return kept;
    const waiting = reading.get(key) ?? readOnce(key);
    reading.set(key, waiting);
    return waiting;
  };
}
