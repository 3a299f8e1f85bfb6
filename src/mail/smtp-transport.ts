import { getCACertificates } from 'node:tls';
import type { SMTPPoolOptions, Transporter } from 'nodemailer';
import { CONCURRENT_SENDS } from './deliver-mail.ts';
import { describeSmtpError, type SmtpFailure } from './describe-smtp-error.ts';
import type { MailToSend, MailTransport, SendResult } from './mail-transport.ts';

/** The mail server, as SMTP_URL and SMTP_CA say. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly implicitTls: boolean;
  /** STARTTLS or nothing. */
  readonly startTls: boolean;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  /** Certificates, PEM, that are trusted besides the system's. */
  readonly ca: string | undefined;
}

const SECOND_MS = 1000;

/** How long a server may take for each step; all of them together stay within one attempt. */
const TIMEOUTS = {
  dnsTimeout: 10 * SECOND_MS,
  connectionTimeout: 10 * SECOND_MS,
  greetingTimeout: 15 * SECOND_MS,
  socketTimeout: 30 * SECOND_MS,
  socketCloseTimeout: 2 * SECOND_MS,
} as const;
/** Idle connections are ended soon: mail comes in drops, and servers count connections. */
const IDLE_MS = 20 * SECOND_MS;
/** A connection that the server had ended while it was idle is replaced, and no more than that. */
const REQUEUES = 1;

/** Sends over SMTP, and can say whether that would work. */
export interface SmtpTransport extends MailTransport {
  /**
   * Connects, says EHLO, and signs in where there are credentials; sends nothing.
   *
   * @returns undefined when all is well
   */
  probe(): Promise<SmtpFailure | undefined>;
}

/**
 * Hands messages to a mail server, over at most five connections that are kept for a while.
 *
 * The library is loaded with the first message: a server that sends none does not pay for it. TLS
 * is as `server` says and always verified; nothing falls back to less.
 *
 * @param options.from - the sender's address; its domain also stands in Message-IDs
 * @see RFC 5321; RFC 3207 (STARTTLS); RFC 3834, section 5 (Auto-Submitted)
 */
export function createSmtpTransport(options: { server: SmtpServer; from: string }): SmtpTransport {
  const { server, from } = options;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  let opened: Promise<Transporter> | undefined;
  const open = () => {
    opened ??= openPool(server);
    return opened;
  };

  return {
    async send(mail, signal) {
      try {
        const pool = await open();
        await pool.sendMail({ ...messageOf(mail, { from, domain }), signal });
        return { outcome: 'sent' };
      } catch (error) {
        return resultOf(describeSmtpError(error));
      }
    },
    async probe() {
      try {
        await (await open()).verify();
        return undefined;
      } catch (error) {
        return describeSmtpError(error);
      }
    },
    close() {
      opened?.then(
        (pool) => pool.close(),
        () => undefined,
      );
      opened = undefined;
    },
  };
}

async function openPool(server: SmtpServer): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const { host, port, implicitTls, startTls, credentials, ca } = server;
  const options: SMTPPoolOptions & { pool: true } = {
    ...TIMEOUTS,
    pool: true,
    maxConnections: CONCURRENT_SENDS,
    maxRequeues: REQUEUES,
    idleTimeout: IDLE_MS,
    host,
    port,
    secure: implicitTls,
    requireTLS: startTls,
    ignoreTLS: !implicitTls && !startTls,
    tls: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(ca !== undefined && { ca: [...getCACertificates('default'), ca] }),
    },
    ...(credentials && { auth: { user: credentials.user, pass: credentials.password } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return createTransport(options);
}

function messageOf(mail: MailToSend, sender: { from: string; domain: string }) {
  const { id, name, recipient, createdAt, content } = mail;
  return {
    from: { name: content.from, address: sender.from },
    to: { name: '', address: recipient },
    envelope: { from: sender.from, to: recipient },
    subject: content.subject,
    text: content.text,
    html: content.html,
    date: createdAt,
    messageId: `<${id}@${sender.domain}>`,
    xMailer: false as const,
    headers: {
      // Nobody's out-of-office note comes back.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Gatehouse-Mail': name,
    },
  };
}

function resultOf(failure: SmtpFailure): SendResult {
  const { verdict, serverAway, ...why } = failure;
  return verdict === 'deferred'
    ? { outcome: 'deferred', serverAway, why }
    : { outcome: 'refused', status: verdict, why };
}
