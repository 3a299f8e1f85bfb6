import Provider from 'oidc-provider';
import type { TenantId } from '../tenants/tenant.ts';
import type { EndedSignIn } from './logout-notification-store.ts';
import { inProtocol } from './protocol-errors.ts';
import type { QueueLogouts } from './queue-logouts.ts';

type LibraryClient = InstanceType<Provider['Client']>;

/** Makes a logout token and posts it to the client's address; an answer but 200 or 204 throws. */
type SendLogout = (this: LibraryClient, accountId: string, sid: string) => Promise<void>;

/** The library's own method, which its types leave out. */
interface ClientPrototype {
  backchannelLogout: SendLogout;
}

const senders = new WeakMap<Provider, SendLogout>();

/**
 * Puts the outbox in the place of the library's own call: that one is made while the person waits,
 * once, and forgotten when it fails.
 *
 * Where a whole session ends, its end queues the notifications (`end-session.ts`); what is left is
 * a person who signs out of one client and keeps the session.
 *
 * @see OpenID Connect Back-Channel Logout 1.0, section 2.5
 */
export function queueLogoutsOfOneClient(
  deps: { readonly queueLogouts: QueueLogouts },
  tenantId: TenantId,
  provider: Provider,
): void {
  const prototype = provider.Client.prototype as unknown as ClientPrototype;
  senders.set(provider, prototype.backchannelLogout);
  prototype.backchannelLogout = async function queueLogout(accountId, sid) {
    if (Provider.ctx?.oidc.params?.logout !== undefined) return;
    const ended = [{ clientId: this.clientId, accountId, sid }];
    await inProtocol(deps.queueLogouts(tenantId, ended));
  };
}

/**
 * Sends one logout token, made anew and signed with the tenant's key of now.
 *
 * @returns false when the client is disabled, or registered no address any more
 * @throws whatever the client's server answers with, or keeps it from answering
 * @see OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.5
 */
export async function sendLogout(
  provider: Provider,
  { clientId, accountId, sid }: EndedSignIn,
): Promise<boolean> {
  const client = await provider.Client.find(clientId);
  const send = senders.get(provider);
  if (client?.backchannelLogoutUri === undefined || send === undefined) return false;
  await send.call(client, accountId, sid);
  return true;
}
