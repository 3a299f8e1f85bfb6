import { securityNotice } from './accounts/security-notice.ts';
import type { Backends } from './compose-backends.ts';
import { accountEnder } from './compose-shared.ts';
import type { QueueMail } from './mail/queue-mail.ts';
import { revokeClientGrants } from './provider/account-grants.ts';
import type { SeedEndings } from './seeds/apply-seed.ts';
import { accountsOfClient } from './storage/postgres/accounts-of-client.ts';

/** Wires what ends the sessions and tokens of those that seeds remove. */
export function seedEndings(parts: {
  backends: Backends;
  queueMail: QueueMail;
  now: () => Date;
}): SeedEndings {
  const { backends, queueMail, now } = parts;
  const { artifacts } = backends;
  const endAccount = accountEnder(backends, now);
  return {
    endAccount: (id, accountId) => endAccount({ id }, accountId),
    async endClient(tenantId, clientId) {
      for (const accountId of await accountsOfClient(backends.db, tenantId, clientId)) {
        await revokeClientGrants({ artifacts, now }, tenantId, accountId, clientId);
      }
    },
    async sayGoodbye(tenantId, account) {
      await backends.mail.outbox.forgetAccount(tenantId, account.id);
      const tenant = await backends.tenants.findById(tenantId);
      const notice = securityNotice(account, { event: 'account_deleted', at: now() });
      if (tenant === undefined || notice === undefined) return;
      const { accountId: _gone, ...goodbye } = notice;
      await queueMail(tenant, goodbye);
    },
  };
}
