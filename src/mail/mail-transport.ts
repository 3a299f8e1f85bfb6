import type { MailProblem } from './mail-outbox.ts';
import type { RenderedMail } from './render-mail.ts';

/** A message as it is handed over. */
export interface MailToSend {
  /** Makes the Message-ID: the same at every attempt, so that a receiver can drop a second copy. */
  readonly id: string;
  /** From `mailName`. */
  readonly name: string;
  /** From `mailAddress`. */
  readonly recipient: string;
  readonly createdAt: Date;
  readonly content: RenderedMail;
}

/** What came of an attempt. */
export type SendResult =
  | { readonly outcome: 'sent' }
  /** Nobody needs to try again. */
  | {
      readonly outcome: 'refused';
      readonly status: 'bounced' | 'failed';
      readonly why: SendProblem;
    }
  /**
   * It may be taken another time. `serverAway`: whatever is sent now would have the same answer, so
   * the others wait too.
   */
  | { readonly outcome: 'deferred'; readonly serverAway: boolean; readonly why: SendProblem };

export interface SendProblem {
  readonly problem: MailProblem;
  /** The server's answer: its code (550) alone, for its words may name the person. */
  readonly smtpStatus?: number;
  /** For the log. */
  readonly cause?: unknown;
}

/** Where messages go: a mail server, or the playground's inbox. */
export interface MailTransport {
  /**
   * Hands one message over. Never rejects.
   *
   * @param signal - ends the attempt; the server may have taken the message by then
   */
  send(mail: MailToSend, signal: AbortSignal): Promise<SendResult>;
  /** Ends idle connections; attempts in progress go on. */
  close(): void;
}
