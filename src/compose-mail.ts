import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import { mailQueue } from './compose-shared.ts';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { createMailDelivery } from './mail/deliver-mail.ts';
import { createLocalInbox, type MailInbox } from './mail/local-inbox.ts';
import type { MailTransport } from './mail/mail-transport.ts';
import type { QueueMail } from './mail/queue-mail.ts';
import { createSmtpTransport } from './mail/smtp-transport.ts';
import type { MaintenanceTask } from './maintenance.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** How late a message is at most that another process queued, or that is to be tried again. */
const DELIVERY_SECONDS = 5;

/** Where messages go, as configured. Opens nothing. */
export function mailTransport(
  { mail }: Pick<Config, 'mail'>,
  { smtp: server }: Pick<Secrets, 'smtp'>,
): { transport: MailTransport | undefined; inbox: MailInbox | undefined } {
  if (server !== undefined) {
    return { transport: createSmtpTransport({ server, from: mail.from }), inbox: undefined };
  }
  if (mail.delivery === 'off') return { transport: undefined, inbox: undefined };
  const inbox = createLocalInbox();
  return { transport: inbox, inbox };
}

/** A replica's mail: what queues it, and what sends it. */
export interface Mail {
  readonly queueMail: QueueMail;
  readonly tasks: readonly MaintenanceTask[];
  /** Ends what is being sent; what is queued stays for other replicas. */
  stop(): Promise<void>;
}

/** Wires mail; where it is off, messages are dropped and nothing is sent. */
export function composeMail(options: {
  backends: Pick<Backends, 'mail' | 'sealer'>;
  audit: Pick<AuditLog, 'record'>;
  metrics: Metrics;
  logger: Logger;
  now: () => Date;
}): Mail {
  const { backends, audit, metrics, logger, now } = options;
  const { outbox, transport } = backends.mail;
  const count = (name: string, outcome: string) => metrics.countEmailEvent(name, outcome);
  if (transport === undefined) {
    const queueMail = mailQueue({ backends, now, count });
    return { queueMail, tasks: [], stop: async () => undefined };
  }
  const { sealer } = backends;
  const delivery = createMailDelivery({
    outbox,
    transport,
    sealer,
    audit,
    count,
    logger,
    now,
    random: Math.random,
  });
  return {
    queueMail: mailQueue({ backends, now, count, onQueued: () => delivery.kick() }),
    tasks: [{ name: 'mail', everySeconds: DELIVERY_SECONDS, run: () => delivery.run() }],
    stop: () => delivery.stop(),
  };
}
