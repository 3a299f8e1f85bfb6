import type { TenantId } from '../tenants/tenant.ts';

/**
 * Audit events: append-only records of everything that signs in, fails, grants, revokes, rotates
 * or is administered. This union is the documentation of their kinds: `npm run docs:audit` makes
 * `docs/audit.md` from its comments.
 */
export type AuditEventKind =
  /** A person proved who they are. `detail.amr` says how, `detail.provider` with whose help. */
  | 'sign_in.succeeded'
  /** Wrong identifier or password, or a disabled account; never says which to the person. */
  | 'sign_in.failed'
  /** Refused before the password was looked at: too many attempts. */
  | 'sign_in.throttled'
  /** An account got a passkey. */
  | 'passkey.added'
  /** A person removed a passkey; `second_factor.reset` is an operator's way. */
  | 'passkey.removed'
  /** A person gave a passkey another name. */
  | 'passkey.renamed'
  /** A passkey proved who its owner is. `detail.purpose` says what for, `detail.amr` how. */
  | 'passkey.used'
  /**
   * An answer that came from no passkey of the account or tenant, or not to what was asked;
   * `detail.reason` says why. The person never hears which.
   */
  | 'passkey.failed'
  /** The counter of a passkey did not move on: there may be a copy of it. It was refused. */
  | 'passkey.clone_suspected'
  /** A person ended their session, or (`detail.elsewhere`) one in another browser. */
  | 'session.ended'
  /** A client was told that a session ended. `detail.attempts` counts how often it was tried. */
  | 'backchannel_logout.delivered'
  /** A client could not be told that a session ended; `detail.reason` says why. Given up. */
  | 'backchannel_logout.failed'
  /** A person allowed a client the scopes in `detail.scopes`. */
  | 'consent.granted'
  /** A person refused a client. */
  | 'consent.refused'
  /** A person took back what they allowed a client; `detail.grants` of its grants ended. */
  | 'consent.withdrawn'
  /** The application gate refused an account without a role. */
  | 'application.access_denied'
  /**
   * The token endpoint answered with tokens. `detail.grant_type` says for what,
   * `detail.access_token_bytes` that the access token is larger than its budget of 4 KiB.
   */
  | 'token.issued'
  /** The token endpoint refused. `detail.error` is the RFC 6749 code. */
  | 'token.refused'
  /** A client revoked a token. */
  | 'token.revoked'
  /** A grant and everything issued under it was revoked. */
  | 'grant.revoked'
  /** An authorization code was presented again; what it had issued was revoked. */
  | 'authorization_code.replayed'
  /** A refresh token was presented after it was used up: its family was revoked. */
  | 'refresh_token.reused'
  /** Client authentication failed. */
  | 'client.authentication_failed'
  /** An operator disabled a client. */
  | 'client.disabled'
  /** An operator enabled a client again. */
  | 'client.enabled'
  /** Seed files did not name a client any more; everything issued to it was ended. */
  | 'client.deleted'
  /** A client got a new secret. `detail.overlap_seconds` says how long the one before works. */
  | 'client.secret_rotated'
  /** Seed files created an account. */
  | 'account.created'
  /**
   * Somebody made an account of their own. `detail.invitation` names what they were invited by,
   * `detail.provider` the upstream provider that said who they are.
   */
  | 'account.registered'
  /** Somebody was invited to make an account. */
  | 'account.invited'
  /** An invitation was taken back. */
  | 'account.uninvited'
  /** A person typed the code that was sent to their account's address. */
  | 'account.email_confirmed'
  /** A person asked for another e-mail address, which both mailboxes have to confirm. */
  | 'account.email_change_requested'
  /** An account got another e-mail address. */
  | 'account.email_changed'
  /** Whoever reads the old address stopped a change of it: somebody else was at the account. */
  | 'account.email_change_refused'
  /** A person took a change of their address back. */
  | 'account.email_change_cancelled'
  /** An operator disabled an account, which ended its sessions. */
  | 'account.disabled'
  /** An operator enabled an account again. */
  | 'account.enabled'
  /** A person downloaded everything that is stored of their account. */
  | 'account.data_exported'
  /** Seed files do not name an account any more that its owner made: it has no roles and groups. */
  | 'account.released'
  /** An account was deleted, by its owner, an operator or seeds, with everything but its id. */
  | 'account.deleted'
  /** A person changed their profile. `detail.claims` names what changed. */
  | 'account.profile_changed'
  /** A single-use link to set a new password was made. */
  | 'account.password_reset_requested'
  /** Links to set a new password were asked for too often, for whichever name. */
  | 'account.password_reset_throttled'
  /**
   * A password was set, with such a link or by somebody signed in, which ended the account's other
   * sessions.
   */
  | 'account.password_changed'
  /** A person linked an identity at an upstream provider, which is the subject, to their account. */
  | 'upstream.linked'
  /** A person removed such a link. */
  | 'upstream.unlinked'
  /**
   * Nobody was signed in with an upstream provider, which is the subject. `detail.reason` says why,
   * `detail.error` in the code of the protocol or the system.
   */
  | 'upstream.sign_in_failed'
  /** Seed files did not name an upstream provider any more; links to it went with it. */
  | 'upstream.deleted'
  /** An operator disabled an upstream provider. */
  | 'upstream.disabled'
  /** An operator enabled an upstream provider again. */
  | 'upstream.enabled'
  /** An account got a second factor; `detail.factor` says which. */
  | 'second_factor.added'
  /** A second factor was taken away; `detail.factor` says which. */
  | 'second_factor.removed'
  /** A person proved a second factor; `detail.factor` says which. */
  | 'second_factor.used'
  /** A wrong code, or (`detail.reason` is `reused`) one that was used before. */
  | 'second_factor.failed'
  /** Refused before the code was looked at: too many wrong ones. */
  | 'second_factor.throttled'
  /** An operator removed all second factors of an account. `detail` says how many of each. */
  | 'second_factor.reset'
  /** An account got new recovery codes; older ones stopped working. */
  | 'recovery_codes.created'
  /** A recovery code stood in for a second factor. `detail.left` says how many there are now. */
  | 'recovery_codes.used'
  /** A person chose not to be asked for a second factor in this browser for a while. */
  | 'browser.remembered'
  /** A person forgot remembered browsers; `detail.count` says how many. */
  | 'browser.forgotten'
  /** A code to be sent by e-mail was asked for, whether there is an account or not. */
  | 'email_code.requested'
  /** A code sent by e-mail was typed where it was asked for. `detail.purpose` says what for. */
  | 'email_code.used'
  /** A wrong code was typed for one sent by e-mail. */
  | 'email_code.failed'
  /** Codes were asked for, or wrong ones typed, too often. */
  | 'email_code.throttled'
  /**
   * Signing keys were created: a tenant's first, a missing algorithm's, or (`detail.mode` is
   * `staged`) those that will take over.
   */
  | 'keys.created'
  /** New signing keys took over. */
  | 'keys.rotated'
  /**
   * What was sealed under other keys was sealed anew under the first of KEY_ENCRYPTION_KEYS;
   * `detail` says under which and how many of each kind.
   */
  | 'keys.resealed'
  /** A key was dropped because it was compromised. */
  | 'keys.compromised'
  /**
   * The mail server refused the address of a message for good. `detail.mail_kind` says which
   * message, `detail.mail` is its id in the outbox.
   */
  | 'mail.bounced'
  /** A message was given up. `detail.problem` says why. */
  | 'mail.failed'
  /** An operator had waiting messages tried again at once. `detail.count` says how many. */
  | 'mail.retried'
  /** An operator wrote a whole tenant into a file; `detail.archive` names it. */
  | 'tenant.exported'
  /** A tenant was brought here from such a file, `detail.from` the issuer that it had. */
  | 'tenant.imported'
  /** What an interrupted import had written was removed. */
  | 'tenant.import_discarded'
  /** An operator began to sign everybody of a tenant out. Without `tenant.signed_out` after it, it was cut short. */
  | 'tenant.sign_out_begun'
  /** An operator signed everybody of a tenant out. `detail.accounts` says how many there were. */
  | 'tenant.signed_out'
  /** Seed files did not name an application any more; its roles and clients went with it. */
  | 'application.deleted'
  /** Seed files did not name a role any more: nobody has it. */
  | 'role.deleted'
  /** Seed files did not name a group any more. */
  | 'group.deleted'
  /** No seed file names a tenant any more, or an operator disabled it; nothing of it is deleted. */
  | 'tenant.disabled'
  /** A seed file defines a tenant again that was disabled because none did, or an operator enabled it. */
  | 'tenant.enabled'
  /** Seed files were applied. `detail` counts the changes. */
  | 'seed.applied';

export interface AuditEvent {
  readonly kind: AuditEventKind;
  /** Undefined for events of the deployment. */
  readonly tenantId: TenantId | undefined;
  readonly outcome: 'success' | 'failure';
  /** Who did it. */
  readonly actor: {
    readonly type: 'account' | 'client' | 'operator' | 'system' | 'anonymous';
    readonly id?: string;
  };
  /** On what, if not on the actor itself. */
  readonly subject?: { readonly type: string; readonly id: string };
  readonly clientId?: string;
  /** Address of the person or client, as far as TRUSTED_PROXIES allow to know it. */
  readonly address?: string;
  readonly requestId?: string;
  /**
   * Whoever caused it proved nothing, so that anybody can cause any number. Not stored; of these,
   * not all are (`bound-strangers.ts`).
   */
  readonly byStranger?: true;
  /** Small, flat, never a secret. */
  readonly detail?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export interface RecordedAuditEvent extends AuditEvent {
  readonly id: string;
  readonly at: Date;
}
