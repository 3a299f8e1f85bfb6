import type { Sealer } from '../crypto/sealing.ts';
import { mailName, type OutgoingMail } from './mail.ts';
import { mailAddress } from './mail-address.ts';
import { sealMail } from './mail-content.ts';
import type { MailOutbox, NewMail } from './mail-outbox.ts';
import { mailMessagesFor } from './messages/messages.ts';
import { type MailTenant, renderMail } from './render-mail.ts';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A message that is good for longer is given up after this. */
const GIVE_UP_MS = DAY_MS;
/** How long the outbox remembers a message, and the address it went to. */
const KEPT_MS = 30 * DAY_MS;
const DECOY_KEPT_MS = HOUR_MS;
/** What tells that an account is deleted does not keep its address any longer than it must. */
const GOODBYE_KEPT_MS = 2 * DAY_MS;

/** What happens to messages, by their name. */
export type CountMail = (name: string, outcome: MailOutcome) => void;

export type MailOutcome =
  | 'queued'
  /** Queued with nobody to write to. */
  | 'decoy'
  /** Not even queued: mail is off. */
  | 'dropped'
  | 'sent'
  /** To be tried again. */
  | 'deferred'
  | 'bounced'
  | 'failed';

/**
 * `queueMail` with its dependencies: what other rooms get handed in. Where mail is off
 * (`mailEnabled`) it does nothing, so that a security notice keeps nothing from being done.
 */
export type QueueMail = (tenant: MailTenant, mail: OutgoingMail) => Promise<void>;

export interface QueueMailDeps {
  readonly outbox: Pick<MailOutbox, 'add'>;
  readonly sealer: Pick<Sealer, 'seal'>;
  /** Makes the UUIDv7 of a moment. */
  readonly newId: (at: Date) => string;
  readonly now: () => Date;
  readonly count: CountMail;
  /** Told after each insert, that delivery may begin at once. Must not throw. */
  readonly onQueued: () => void;
}

/**
 * Writes a message in the person's language and puts it into the outbox; some replica sends it,
 * usually within a second. Await it before answering: then the message is on its way whatever
 * happens to this process.
 *
 * It costs the writing (well under a millisecond) and one insert. Whoever asks for a message about
 * an account that may not exist must not learn from the time whether it does. So it is always
 * called: without an account with the same kind of message, of the same size, and `decoy: true`.
 * A decoy is written, sealed and inserted like any other message, without the address; nobody
 * sends or sees it, and it is gone after an hour. What else is done for an account alone (storing
 * a link, say) needs a twin of its own.
 *
 * An address that is none is recorded as bounced. How often one person gets mail is for the caller
 * to limit.
 *
 * @param mail.locale - as of the claim `locale`
 * @throws StorageUnavailableError
 * @throws TypeError when a code or link of the message is none
 */
export async function queueMail(
  deps: QueueMailDeps,
  tenant: MailTenant,
  mail: OutgoingMail,
): Promise<void> {
  const createdAt = deps.now();
  const id = deps.newId(createdAt);
  const name = mailName(mail);
  const messages = await mailMessagesFor(mail.locale);
  const sealed = sealMail(deps.sealer, tenant.id, id, renderMail(messages, tenant, mail));
  const recipient = mailAddress(mail.to);
  const status = statusOf(mail, recipient);
  const message: NewMail = {
    id,
    name,
    accountId: mail.accountId,
    language: messages.lang,
    recipient: status === 'decoy' ? '' : (recipient ?? ''),
    status,
    problem: status === 'bounced' ? 'address_invalid' : undefined,
    sealedContent: status === 'bounced' ? undefined : sealed,
    createdAt,
    giveUpAt: new Date(createdAt.getTime() + usefulMs(mail)),
    expiresAt: new Date(createdAt.getTime() + keptMs(mail, status)),
  };
  await deps.outbox.add(tenant.id, message);
  deps.count(name, status);
  deps.onQueued();
}

function statusOf(mail: OutgoingMail, recipient: string | undefined): NewMail['status'] {
  if (mail.decoy === true) return 'decoy';
  return recipient === undefined ? 'bounced' : 'queued';
}

function keptMs(mail: OutgoingMail, status: NewMail['status']): number {
  if (status === 'decoy') return DECOY_KEPT_MS;
  const goodbye = mail.kind === 'security_notice' && mail.data.event === 'account_deleted';
  return goodbye ? GOODBYE_KEPT_MS : KEPT_MS;
}

/** For how long somebody can use what a message brings. */
function usefulMs({ data }: OutgoingMail): number {
  const valid = 'validSeconds' in data ? data.validSeconds : undefined;
  return valid === undefined ? GIVE_UP_MS : Math.min(valid * 1000, GIVE_UP_MS);
}
