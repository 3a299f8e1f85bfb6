/**
 * Mail: what Gatehouse writes to people, in their language and with their tenant's name and
 * colour, and how it gets to them for certain. A request queues a message with one insert into the
 * outbox; any replica sends it, tries again while the mail server is away, and gives up when the
 * message is of no use any more. What a message says is sealed in the outbox, and gone once it was
 * sent. This room decides nothing about codes, links or accounts: who queues a message brings them.
 *
 * The union below is the documentation of the messages there are.
 */
export type MailContent =
  /** A code that proves an address: of somebody who registers, or of an account. */
  | { readonly kind: 'verify_email_code'; readonly data: CodeData }
  /** A code that signs in, in place of a password. */
  | { readonly kind: 'sign_in_code'; readonly data: CodeData & RequestOrigin }
  /** A link that sets a new password. */
  | { readonly kind: 'reset_password_link'; readonly data: LinkData & RequestOrigin }
  /** To the owner of an account whose address somebody tried to register again. */
  | {
      readonly kind: 'address_in_use';
      readonly data: { readonly signInUrl: string; readonly resetUrl: string };
    }
  /** A link with which somebody who was invited registers. */
  | {
      readonly kind: 'invitation';
      /** `invitedBy`: a name as it was typed; left out when it looks like more than a name. */
      readonly data: LinkData & { readonly invitedBy?: string };
    }
  /** To the address that an account is to have: a code or a link that proves it. */
  | { readonly kind: 'change_email_confirm'; readonly data: CodeData | LinkData }
  /**
   * To the address that an account has: another one was asked for. With a link it approves the
   * change; without, it only tells of it.
   */
  | {
      readonly kind: 'change_email_notice';
      readonly data: Partial<LinkData> & RequestOrigin & { readonly newAddress: string };
    }
  /** To the owner of an account, after something about its security changed. */
  | { readonly kind: 'security_notice'; readonly data: SecurityNotice };

export type MailKind = MailContent['kind'];

/** What a security notice tells. */
export type SecurityEvent =
  | 'password_changed'
  /** To the address before and the address after. */
  | 'email_changed'
  | 'second_factor_added'
  | 'second_factor_removed'
  /** `item` is the passkey's name. */
  | 'passkey_added'
  /** `item` is the passkey's name. */
  | 'passkey_removed'
  | 'recovery_codes_made'
  /** Somebody signed in with one. */
  | 'recovery_code_used'
  /** `item` is the other identity provider's name. */
  | 'sign_in_method_linked'
  /** `item` is the other identity provider's name. */
  | 'sign_in_method_unlinked'
  | 'sessions_ended'
  | 'account_deleted';

export interface CodeData {
  /** As it is to be typed. */
  readonly code: string;
  /** How long it works. Nobody sends it later than that. */
  readonly validSeconds: number;
}

export interface LinkData {
  /** An absolute http(s) address of ours. */
  readonly link: string;
  /** How long it works. Nobody sends it later than that. */
  readonly validSeconds: number;
}

/** Where a request came from, for the person to recognise themselves, or not. */
export interface RequestOrigin {
  /** Such as `Firefox · Linux`. */
  readonly browser?: string;
  /** Network address. */
  readonly address?: string;
}

export interface SecurityNotice extends RequestOrigin {
  readonly event: SecurityEvent;
  readonly at: Date;
  /** IANA name, as of the claim `zoneinfo`; UTC when it is not one. */
  readonly timeZone?: string;
  /** What it happened to, by the name that somebody gave it. */
  readonly item?: string;
  /** Where the owner looks after the account: its page, or the one that sets a new password. */
  readonly secureUrl?: string;
}

/** One message to one person. */
export type OutgoingMail = MailContent & {
  /** The address, as the account or the form has it. */
  readonly to: string;
  /** The person's language, a BCP 47 tag of any form; English for those there is no catalogue of. */
  readonly locale: string | undefined;
  /** The account it is about, for the operator's list and the audit log. */
  readonly accountId?: string;
  /**
   * The person's name, for a greeting. Messages to an address that nobody has proved yet greet
   * nobody, so that nobody has Gatehouse write their words to a stranger.
   */
  readonly name?: string;
  /** There is nobody to write to: see `queueMail`. */
  readonly decoy?: boolean;
};

/**
 * How a message is called in the outbox, in metrics and in its header `X-Gatehouse-Mail`: its
 * kind, and that of a notice with its event: `security_notice.password_changed`.
 */
export function mailName(mail: MailContent): string {
  return mail.kind === 'security_notice' ? `${mail.kind}.${mail.data.event}` : mail.kind;
}
