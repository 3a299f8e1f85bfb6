import type { Account } from '../accounts/account.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';

/** Where something was done, as its owner can recognise it. */
export interface NoticeOrigin {
  readonly address: string;
  /** Such as `Firefox on Linux`. */
  readonly browser?: string;
  /** The account page. */
  readonly secureUrl: string;
}

/**
 * Writes to an account's owner that somebody can, or can no longer, sign in to it with a provider.
 * An account without an address has nobody to write to.
 *
 * @param notice.item - the provider's name
 * @throws StorageUnavailableError
 */
export async function tellOwner(
  deps: { readonly queueMail: QueueMail; readonly now: () => Date },
  tenant: Tenant,
  { id, email, claims }: Account,
  notice: NoticeOrigin & {
    readonly event: 'sign_in_method_linked' | 'sign_in_method_unlinked';
    readonly item: string;
  },
): Promise<void> {
  if (email === undefined) return;
  const { address, browser, secureUrl, event, item } = notice;
  const { locale, name, zoneinfo } = claims;
  await deps.queueMail(tenant, {
    kind: 'security_notice',
    to: email,
    locale: typeof locale === 'string' ? locale : undefined,
    accountId: id,
    ...(typeof name === 'string' ? { name } : {}),
    data: {
      event,
      item,
      at: deps.now(),
      address,
      secureUrl,
      ...(browser === undefined ? {} : { browser }),
      ...(typeof zoneinfo === 'string' ? { timeZone: zoneinfo } : {}),
    },
  });
}
