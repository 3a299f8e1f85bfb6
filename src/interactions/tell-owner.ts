import type { SecurityEvent } from '../mail/mail.ts';
import type { InteractionDeps, Visit } from './visit.ts';

/**
 * Writes to the owner of an account what was just done with it, in case it was not them.
 *
 * @param item - what it happened to, by the name that somebody gave it
 * @throws StorageUnavailableError
 */
export async function tellOwner(
  deps: Pick<InteractionDeps, 'findAccount' | 'notifyOwner'>,
  { ctx }: Visit,
  accountId: string,
  event: SecurityEvent,
  item?: string,
): Promise<void> {
  const { tenant, address } = ctx.state;
  const account = await deps.findAccount(tenant.id, accountId);
  if (account === undefined) return;
  await deps.notifyOwner(tenant, account, {
    event,
    address,
    userAgent: ctx.get('User-Agent'),
    ...(item === undefined ? {} : { item }),
  });
}
