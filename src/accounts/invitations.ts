import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import { randomId } from '../crypto/random-id.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { AccountStore } from './account-store.ts';
import type { Invitation, InvitationStore } from './invitation-store.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { type PasswordWeakness, passwordWeakness } from './password-policy.ts';
import { readPersonName } from './person-name.ts';

/** How long an invitation works. */
export const INVITATION_SECONDS = 7 * 24 * 60 * 60;

const TOKEN_BYTES = 32;

export type InviteResult =
  | { readonly outcome: 'invited'; readonly token: string; readonly invitation: Invitation }
  | { readonly outcome: 'has_account' }
  /** Nobody registers here, invited or not. */
  | { readonly outcome: 'registration_closed' };

/**
 * Invites somebody to make an account for an address, and for no other. Whoever was invited before
 * under the address has a new link, and the old one stops working.
 *
 * @param input.roles - `application:role`, given to the account if they are still there then
 * @param input.linkTo - the address that takes a link's token
 * @param input.actor - for the audit log
 * @returns the token belongs into the link, and nowhere else
 * @throws StorageUnavailableError
 */
export async function inviteAccount(
  deps: {
    readonly accounts: Pick<AccountStore, 'findByIdentifier'>;
    readonly invitations: Pick<InvitationStore, 'save'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly queueMail: QueueMail;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: {
    readonly email: string;
    readonly roles: readonly string[];
    readonly locale: string | undefined;
    readonly linkTo: (token: string) => string;
    readonly actor: AuditEvent['actor'];
  },
): Promise<InviteResult> {
  const { email, roles, actor } = input;
  if (tenant.settings.registration === 'closed') return { outcome: 'registration_closed' };
  if ((await deps.accounts.findByIdentifier(tenant.id, email)) !== undefined) {
    return { outcome: 'has_account' };
  }
  const token = randomId(TOKEN_BYTES);
  const expiresAt = new Date(deps.now().getTime() + INVITATION_SECONDS * 1000);
  const invitation = await deps.invitations.save(tenant.id, {
    digest: sha256(token),
    email,
    roles,
    expiresAt,
  });
  await deps.queueMail(tenant, {
    kind: 'invitation',
    to: email,
    locale: input.locale,
    data: { link: input.linkTo(token), validSeconds: INVITATION_SECONDS },
  });
  await deps.audit.record({
    kind: 'account.invited',
    tenantId: tenant.id,
    outcome: 'success',
    actor,
    subject: { type: 'invitation', id: invitation.id },
    detail: { roles },
  });
  return { outcome: 'invited', token, invitation };
}

/**
 * Takes an invitation back: its link stops working at once.
 *
 * @param input.actor - for the audit log
 * @returns false when there is none for that address
 * @throws StorageUnavailableError
 */
export async function revokeInvitation(
  deps: {
    readonly invitations: Pick<InvitationStore, 'revoke'>;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Pick<Tenant, 'id'>,
  input: { readonly email: string; readonly actor: AuditEvent['actor'] },
): Promise<boolean> {
  const id = await deps.invitations.revoke(tenant.id, input.email);
  if (id === undefined) return false;
  await deps.audit.record({
    kind: 'account.uninvited',
    tenantId: tenant.id,
    outcome: 'success',
    actor: input.actor,
    subject: { type: 'invitation', id },
  });
  return true;
}

/**
 * The invitation that a link's token still works for. Looking uses nothing up: mail scanners open
 * links, too. While registration is closed none does.
 *
 * @param token - from the link, any text
 * @throws StorageUnavailableError
 */
export async function findInvitation(
  deps: { readonly invitations: Pick<InvitationStore, 'findByDigest'> },
  tenant: Tenant,
  token: string,
): Promise<Invitation | undefined> {
  if (tenant.settings.registration === 'closed') return undefined;
  return deps.invitations.findByDigest(tenant.id, sha256(token));
}

export type AcceptInvitationResult =
  | { readonly outcome: 'created'; readonly accountId: string }
  /** Unknown, used, revoked or expired, or registration is closed. */
  | { readonly outcome: 'invalid_link' }
  /** The address has an account by now; the link is used up. */
  | { readonly outcome: 'has_account' }
  /** The link still works. */
  | {
      readonly outcome: 'invalid';
      readonly problems: {
        readonly name?: 'missing' | 'too_long' | 'unprintable';
        readonly password?: PasswordWeakness | 'missing';
      };
    };

/**
 * Makes the account of somebody who was invited. Its address is the one that was invited, and is
 * confirmed: the link came to it.
 *
 * @param input.token - from the link, any text
 * @throws OverloadedError, StorageUnavailableError; the link still works
 */
export async function acceptInvitation(
  deps: {
    readonly invitations: Pick<InvitationStore, 'findByDigest' | 'accept'>;
    readonly hasher: Pick<PasswordHasher, 'hash'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly newId: () => string;
  },
  tenant: Tenant,
  input: {
    readonly token: string;
    readonly name: string;
    readonly password: string;
    readonly locale: string;
    readonly address: string;
    readonly requestId: string;
  },
): Promise<AcceptInvitationResult> {
  const invitation = await findInvitation(deps, tenant, input.token);
  if (invitation === undefined) return { outcome: 'invalid_link' };
  const { email } = invitation;
  const name = readPersonName(input.name);
  const owner = { username: email, email, claims: { name: input.name } };
  const password =
    input.password === ''
      ? 'missing'
      : await passwordWeakness(input.password, owner, [tenant.name]);
  if ('problem' in name || password !== undefined) {
    return {
      outcome: 'invalid',
      problems: {
        ...('problem' in name ? { name: name.problem } : {}),
        ...(password === undefined ? {} : { password }),
      },
    };
  }
  const id = deps.newId();
  const passwordHash = await deps.hasher.hash(input.password);
  const claims = { name: name.name, locale: input.locale };
  const digest = sha256(input.token);
  const accepted = await deps.invitations.accept(tenant.id, digest, { id, claims, passwordHash });
  if (accepted.outcome === 'gone') return { outcome: 'invalid_link' };
  if (accepted.outcome === 'taken') return { outcome: 'has_account' };
  await deps.audit.record({
    kind: 'account.registered',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id },
    address: input.address,
    requestId: input.requestId,
    detail: { invitation: invitation.id },
  });
  return { outcome: 'created', accountId: id };
}
