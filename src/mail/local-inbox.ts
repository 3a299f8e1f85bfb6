import type { MailToSend, MailTransport } from './mail-transport.ts';

/** Messages that are kept; the oldest goes first. */
const KEPT = 100;

/** A message in the inbox. */
export interface InboxMail {
  readonly id: string;
  readonly to: string;
  /** The tenant's name. */
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly at: Date;
}

/** What the playground shows. */
export interface MailInbox {
  /** Newest first. */
  list(): readonly InboxMail[];
  find(id: string): InboxMail | undefined;
}

/** A place for mail that leaves this process nowhere: in memory, for the playground to show. */
export function createLocalInbox(): MailTransport & MailInbox {
  const messages: InboxMail[] = [];
  return {
    async send({ id, recipient, createdAt, content }: MailToSend) {
      const { from, subject, text } = content;
      if (!messages.some((message) => message.id === id)) {
        messages.unshift({ id, to: recipient, from, subject, text, at: createdAt });
        messages.splice(KEPT);
      }
      return { outcome: 'sent' };
    },
    close: () => undefined,
    list: () => messages,
    find: (id) => messages.find((message) => message.id === id),
  };
}
