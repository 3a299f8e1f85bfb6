import type { NotifyOwner } from './account-page/account-page.ts';
import { securityNotice } from './accounts/security-notice.ts';
import { ACCOUNT_PATH } from './applications/account-client.ts';
import { browserName } from './http/describe-user-agent.ts';
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
    const browser = browserName(userAgent);
    const notice = securityNotice(account, {
      event,
      at: now(),
      address,
      secureUrl: `${issuerOf(tenant, publicUrl)}${ACCOUNT_PATH}`,
      ...(browser === undefined ? {} : { browser }),
      ...(item === undefined ? {} : { item }),
    });
    if (notice !== undefined) await queueMail(tenant, notice);
  };
}
