import { randomUUID } from 'node:crypto';
import { createBoundedSender, type Delivery, type SenderOptions } from './bounded-sender.ts';
import { errorEvent } from './error-event.ts';
import type { LogSink } from './log-sink.ts';
import { post, quietMsOf } from './post.ts';

/** Errors that wait at most: of a storm the first ones say what it is. */
const QUEUE_ERRORS = 100;
const TIMEOUT_MS = 5000;

/** Where an error tracker takes envelopes, and as whom. */
export interface ErrorTrackerAddress {
  /** `…/api/<project>/envelope/` */
  readonly url: string;
  /** The key of the DSN; it lets in, and nothing more. */
  readonly publicKey: string;
}

/**
 * Tells an error tracker of unexpected errors, in envelopes of the Sentry protocol: every log line
 * at level error that carries an error, which are those that the error boundary answers with a 500
 * and those of background work.
 *
 * An event holds what `error-event.ts` lets through. The tracker's limits are kept: nothing is sent
 * while it wants quiet.
 *
 * @param options.release - `gatehouse@<version>`
 * @param options.replica - which process it was
 * @see https://develop.sentry.dev/sdk/data-model/envelopes/
 */
export function createErrorTracker(
  options: {
    readonly address: ErrorTrackerAddress;
    readonly release: string;
    readonly environment: string;
    readonly replica: string;
  } & Pick<SenderOptions<object>, 'onTrouble' | 'onRecovery'> &
    Partial<Pick<SenderOptions<object>, 'limit' | 'firstRetryMs' | 'timeoutMs'>>,
): LogSink {
  const { address, release, environment, replica, ...sending } = options;
  const client = release.replace('@', '/');
  const headers = {
    'Content-Type': 'application/x-sentry-envelope',
    'User-Agent': client,
    'X-Sentry-Auth': `Sentry sentry_version=7, sentry_client=${client}, sentry_key=${address.publicKey}`,
  };

  const sender = createBoundedSender<object>({
    limit: QUEUE_ERRORS,
    // An envelope takes one event.
    batch: 1,
    everyMs: 0,
    timeoutMs: TIMEOUT_MS,
    ...sending,
    async send([event], signal) {
      const id = randomUUID().replaceAll('-', '');
      const payload = JSON.stringify({ event_id: id, release, environment, ...event });
      const body = [
        JSON.stringify({ event_id: id, sent_at: new Date().toISOString() }),
        JSON.stringify({ type: 'event', length: Buffer.byteLength(payload) }),
        `${payload}\n`,
      ].join('\n');
      const { delivery, headers: said } = await post(address.url, { headers, body, signal });
      return limited(delivery, said);
    },
  });

  return {
    write(line) {
      const event = errorEvent(line);
      if (event !== undefined) sender.add({ ...event, server_name: replica });
    },
    dropped: sender.dropped,
    close: sender.close,
  };
}

/**
 * An event that was refused for a limit is not sent again, and no other before the limit ends;
 * limits of other kinds of data do not concern us.
 *
 * @see https://develop.sentry.dev/sdk/expected-features/rate-limiting/
 */
function limited(delivery: Delivery, headers: Headers): Delivery {
  const limits = headers.get('x-sentry-rate-limits');
  const quietMs = limits === null ? delivery.quietMs : limitOfErrorsMs(limits);
  const { outcome, reason } = delivery;
  return {
    outcome: outcome === 'later' && quietMs !== undefined ? 'refused' : outcome,
    ...(reason !== undefined && { reason }),
    ...(quietMs !== undefined && { quietMs }),
  };
}

/** `seconds:categories:scope:…`, several by commas, categories by semicolons; none means all. */
function limitOfErrorsMs(limits: string): number | undefined {
  const ours = limits.split(',').flatMap((limit) => {
    const [seconds = '', categories = ''] = limit.trim().split(':');
    const names = categories.split(';');
    const concerns = ['', 'default', 'error'].some((name) => names.includes(name));
    return concerns ? [quietMsOf(seconds) ?? 0] : [];
  });
  return ours.length === 0 ? undefined : Math.max(...ours);
}
