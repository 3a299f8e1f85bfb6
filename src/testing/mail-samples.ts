import type { MailContent, SecurityEvent } from '../mail/mail.ts';

/** Every security event there is: the compiler refuses this table when one is missing. */
const EVENTS: Readonly<Record<SecurityEvent, true>> = {
  password_changed: true,
  email_changed: true,
  second_factor_added: true,
  second_factor_removed: true,
  passkey_added: true,
  passkey_removed: true,
  recovery_codes_made: true,
  recovery_code_used: true,
  sign_in_method_linked: true,
  sign_in_method_unlinked: true,
  sessions_ended: true,
  account_deleted: true,
};

const code = { code: '482913', validSeconds: 600 };
const link = { link: 'https://login.acme.example/x?token=a-secret&n=1', validSeconds: 1200 };
const origin = { browser: 'Firefox on Linux', address: '192.0.2.7' };
const newAddress = 'new@elsewhere.example';

/** Every message there is, in each of its forms. */
export const MAIL_SAMPLES: readonly MailContent[] = [
  { kind: 'verify_email_code', data: code },
  { kind: 'sign_in_code', data: { ...code, ...origin } },
  { kind: 'reset_password_link', data: { ...link, ...origin } },
  {
    kind: 'address_in_use',
    data: {
      signInUrl: 'https://login.acme.example/account',
      resetUrl: 'https://login.acme.example/account/forgot-password',
    },
  },
  { kind: 'invitation', data: link },
  { kind: 'invitation', data: { ...link, invitedBy: 'Bob Example' } },
  { kind: 'change_email_confirm', data: code },
  { kind: 'change_email_confirm', data: link },
  { kind: 'change_email_notice', data: { ...link, ...origin, newAddress } },
  { kind: 'change_email_notice', data: { newAddress } },
  ...Object.keys(EVENTS).map(
    (event): MailContent => ({
      kind: 'security_notice',
      data: {
        ...origin,
        event: event as SecurityEvent,
        at: new Date('2026-11-26T10:31:00Z'),
        timeZone: 'Europe/Berlin',
        item: 'iPhone 15',
        ...(event === 'account_deleted' ? {} : { secureUrl: 'https://login.acme.example/account' }),
      },
    }),
  ),
];
