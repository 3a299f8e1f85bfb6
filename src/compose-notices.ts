import type { NotifyOwner } from './account-page/account-page.ts';
import { ACCOUNT_PATH } from './applications/account-client.ts';
import { describeUserAgent } from './http/describe-user-agent.ts';
import type { QueueMail } from './mail/queue-mail.ts';
import { issuerOf } from './tenants/issuer.ts';

/**
 * Writes to owners of accounts what changed about their security: when, from where, and where to
 * look after it. An account without an address gets nothing.
 */
export function ownerNotices(parts: {
  queueMail: QueueMail;
  publicUrl: string;
  now: () => Date;
}): NotifyOwner {
  const { queueMail, publicUrl, now } = parts;
  return async (tenant, account, { event, item, address, userAgent }) => {
    if (account.email === undefined) return;
    const { name, locale, zoneinfo } = account.claims;
    const { browser, system } = describeUserAgent(userAgent);
    const browserName = [browser, system].filter((part) => part !== undefined).join(' · ');
    await queueMail(tenant, {
      kind: 'security_notice',
      to: account.email,
      locale: typeof locale === 'string' ? locale : undefined,
      accountId: account.id,
      ...(typeof name === 'string' ? { name } : {}),
      data: {
        event,
        at: now(),
        address,
        secureUrl: `${issuerOf(tenant, publicUrl)}${ACCOUNT_PATH}`,
        ...(browserName === '' ? {} : { browser: browserName }),
        ...(typeof zoneinfo === 'string' ? { timeZone: zoneinfo } : {}),
        ...(item === undefined ? {} : { item }),
      },
    });
  };
}
