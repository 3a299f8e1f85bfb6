import type { AuditLog } from '../audit/audit-log.ts';
import type { Sealer } from '../crypto/sealing.ts';
import type { Logger } from '../telemetry/logger.ts';
import { nextAttemptAt } from './delivery-schedule.ts';
import { openMail } from './mail-content.ts';
import type { ClaimedMail, MailOutbox, MailProblem, MailSettlement } from './mail-outbox.ts';
import type { MailTransport, SendResult } from './mail-transport.ts';
import type { CountMail } from './queue-mail.ts';
import type { RenderedMail } from './render-mail.ts';

const SECOND_MS = 1000;

/** Longest attempt; a server that stays silent is given up sooner by its transport. */
const ATTEMPT_MS = 90 * SECOND_MS;
/** Well above an attempt and its settlement: whoever holds a message longer is dead. */
export const LEASE_MS = 5 * 60 * SECOND_MS;
/** Messages that one replica sends at a time. */
export const CONCURRENT_SENDS = 5;
/** After a server turned out to be away, nothing is tried for so long. */
const PAUSE_MS = 10 * SECOND_MS;
/** So long where somebody has to mend something: servers lock out who knocks too often. */
const LONG_PAUSE_MS = 5 * 60 * SECOND_MS;
const TO_BE_MENDED: ReadonlySet<MailProblem> = new Set([
  'authentication_failed',
  'sender_refused',
  'tls_failed',
]);
const STOP_GRACE_MS = 5 * SECOND_MS;

export interface MailDeliveryDeps {
  readonly outbox: Pick<MailOutbox, 'claim' | 'settle'>;
  readonly transport: MailTransport;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly count: CountMail;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly now: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How long attempts in progress may go on when the process stops; 5 s by default. */
  readonly stopGraceMs?: number;
}

/** A replica's part in sending. */
export interface MailDelivery {
  /** Something was queued: begins to send unless it is at it, or the server is known to be away. */
  kick(): void;
  /**
   * Sends what is due, until nothing is left or the server turns out to be away; nothing at all for
   * a while after that.
   *
   * @throws StorageUnavailableError
   */
  run(): Promise<void>;
  /** Begins no attempt any more; resolves when those in progress have ended, or were ended. */
  stop(): Promise<void>;
}

/**
 * Sends queued messages, as every replica does.
 *
 * A message is claimed for longer than an attempt can take, so that one replica sends it and
 * another takes over when that one dies. It is sent twice only where nobody can know better: when
 * the process, the database or the connection is lost after the server took it and before that was
 * written down. Both copies have one Message-ID.
 *
 * An attempt that did not succeed is repeated ever more seldom, until the message is of no use any
 * more. While a server is away one message at a time finds out whether it is back, not all of them.
 */
export function createMailDelivery(deps: MailDeliveryDeps): MailDelivery {
  const { outbox, logger, now } = deps;
  const workers = new Set<Promise<void>>();
  /** Settlements that the database did not take; the messages' leases are still ours. */
  const unsettled = new Map<string, () => Promise<void>>();
  const abort = new AbortController();
  let stopped = false;
  let pausedUntil = 0;
  /** Something was queued since the last look. */
  let wanted = false;
  /** The server took the last message: several may go at a time. */
  let proven = false;

  const mayWork = () => !stopped && now().getTime() >= pausedUntil;
  const warn = (error: unknown) => logger.warn('mail could not be delivered', { error });

  function addWorker(): Promise<void> {
    const worker = work().finally(() => workers.delete(worker));
    workers.add(worker);
    return worker;
  }

  async function work(): Promise<void> {
    while (mayWork()) {
      wanted = false;
      const claimedAt = now();
      const until = new Date(claimedAt.getTime() + LEASE_MS);
      const [mail] = await outbox.claim({ now: claimedAt, until, limit: 1 });
      if (mail === undefined) {
        // Queued while we looked, perhaps too late to be seen.
        if (wanted) continue;
        return;
      }
      if (proven && workers.size < CONCURRENT_SENDS) addWorker().catch(warn);
      await deliver(mail);
    }
  }

  async function deliver(mail: ClaimedMail): Promise<void> {
    const readable = open(mail);
    const result = 'content' in readable ? await send(mail, readable.content) : readable;
    const away = result.outcome === 'deferred' && result.serverAway;
    // What was never handed to the server says nothing of it.
    if (result !== readable) proven = !away;
    if (away) {
      const pause = TO_BE_MENDED.has(result.why.problem) ? LONG_PAUSE_MS : PAUSE_MS;
      pausedUntil = now().getTime() + pause;
    }
    const settle = () => settleMail(deps, mail, result);
    try {
      await settle();
    } catch (error) {
      unsettled.set(`${mail.tenantId} ${mail.id}`, settle);
      throw error;
    }
  }

  /** What a message says, or why it is not worth sending. */
  function open({ giveUpAt, tenantId, id, sealedContent }: ClaimedMail) {
    if (now() >= giveUpAt) {
      return { outcome: 'refused', status: 'failed', why: { problem: 'expired' } } as const;
    }
    try {
      return { content: openMail(deps.sealer, tenantId, id, sealedContent) };
    } catch (cause) {
      // Another replica may have the key.
      const why = { problem: 'unreadable', cause } as const;
      return { outcome: 'deferred', serverAway: false, why } as const;
    }
  }

  function send(mail: ClaimedMail, content: RenderedMail): Promise<SendResult> {
    const { id, name, recipient, createdAt } = mail;
    const signal = AbortSignal.any([AbortSignal.timeout(ATTEMPT_MS), abort.signal]);
    return deps.transport.send({ id, name, recipient, createdAt, content }, signal);
  }

  async function settleLeftovers(): Promise<void> {
    for (const [key, settle] of unsettled) {
      await settle();
      unsettled.delete(key);
    }
  }

  return {
    kick() {
      wanted = true;
      if (workers.size === 0 && mayWork()) addWorker().catch(warn);
    },
    async run() {
      await settleLeftovers();
      if (workers.size === 0 && mayWork()) addWorker().catch(() => undefined);
      while (workers.size > 0) await Promise.all(workers);
    },
    async stop() {
      stopped = true;
      const grace = setTimeout(() => abort.abort(), deps.stopGraceMs ?? STOP_GRACE_MS);
      await Promise.allSettled(workers);
      clearTimeout(grace);
      await settleLeftovers().catch(warn);
    },
  };
}

/** Writes down how an attempt ended, and tells who wants to know. */
async function settleMail(
  deps: MailDeliveryDeps,
  mail: ClaimedMail,
  result: SendResult,
): Promise<void> {
  const now = deps.now();
  const settlement = settlementOf(mail, result, now, deps.random());
  const { tenantId, id, name, attempt } = mail;
  if (!(await deps.outbox.settle(tenantId, id, attempt, settlement, now))) return;
  deps.count(name, settlement.status === 'queued' ? 'deferred' : settlement.status);
  if (result.outcome === 'sent' || settlement.status === 'sent') return;
  const { problem, smtpStatus, cause } = result.why;
  const fields = {
    mail: id,
    mail_kind: name,
    tenant_id: tenantId,
    attempt,
    problem,
    smtp_status: smtpStatus,
    cause,
  };
  if (settlement.status === 'queued') {
    deps.logger.warn('mail could not be sent, trying again later', fields);
    return;
  }
  deps.logger.warn('mail will not be sent', fields);
  await recordFailure(deps, mail, settlement);
}

function settlementOf(
  mail: ClaimedMail,
  result: SendResult,
  now: Date,
  random: number,
): MailSettlement {
  if (result.outcome === 'sent') return { status: 'sent' };
  const { problem } = result.why;
  if (result.outcome === 'refused') return { status: result.status, problem };
  const at = nextAttemptAt(mail, now, random);
  return at === undefined
    ? { status: 'failed', problem }
    : { status: 'queued', problem, nextAttemptAt: at };
}

async function recordFailure(
  deps: Pick<MailDeliveryDeps, 'audit' | 'logger'>,
  mail: ClaimedMail,
  settlement: Exclude<MailSettlement, { status: 'sent' }>,
): Promise<void> {
  try {
    await deps.audit.record({
      kind: settlement.status === 'bounced' ? 'mail.bounced' : 'mail.failed',
      tenantId: mail.tenantId,
      outcome: 'failure',
      actor: { type: 'system' },
      ...(mail.accountId !== undefined && { subject: { type: 'account', id: mail.accountId } }),
      detail: { mail: mail.id, mail_kind: mail.name, problem: settlement.problem },
    });
  } catch (error) {
    // The outbox says it too.
    deps.logger.warn('a mail event could not be recorded', { error });
  }
}
