import type { OutgoingMail, SecurityNotice } from '../mail/mail.ts';
import type { Account } from './account.ts';

/**
 * What is written to the owner of an account whose security changed: in their language, with the
 * time where they live.
 *
 * @param account - as it was before, if it is the address that changed
 * @returns undefined when there is no address to write to
 */
export function securityNotice(
  account: Pick<Account, 'id' | 'email' | 'claims'>,
  notice: Omit<SecurityNotice, 'timeZone'>,
): OutgoingMail | undefined {
  const { id, email, claims } = account;
  if (email === undefined) return undefined;
  const { locale, name, zoneinfo } = claims;
  return {
    kind: 'security_notice',
    to: email,
    locale: typeof locale === 'string' ? locale : undefined,
    accountId: id,
    ...(typeof name === 'string' ? { name } : {}),
    data: { ...notice, ...(typeof zoneinfo === 'string' ? { timeZone: zoneinfo } : {}) },
  };
}
