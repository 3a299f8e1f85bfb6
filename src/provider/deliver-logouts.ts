import type Provider from 'oidc-provider';
import type { AuditLog } from '../audit/audit-log.ts';
import { GatehouseError } from '../errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { sendLogout } from './back-channel-logout.ts';
import type {
  ClaimedLogout,
  LogoutNotificationStore,
  LogoutProblem,
  LogoutSettlement,
} from './logout-notification-store.ts';

/** Notifications that one worker delivers side by side. */
const BATCH = 20;
/** After so long a worker is taken for dead. An attempt takes 2.5 s at most (the library's limit). */
const LEASE_SECONDS = 60;
/** The first pause; each one is twice as long as the one before, up to the longest. */
const FIRST_RETRY_SECONDS = 10;
const LONGEST_RETRY_SECONDS = 30 * 60;

export interface LogoutDeliveryDeps {
  readonly logouts: Pick<LogoutNotificationStore, 'claim' | 'settle'>;
  /** Undefined when there is no such tenant any more. */
  readonly providerFor: (tenantId: TenantId) => Promise<Provider | undefined>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Counts attempts by how they ended. */
  readonly count: (outcome: 'delivered' | 'retried' | 'failed') => void;
  readonly logger: Pick<Logger, 'warn'>;
  readonly now: () => Date;
}

/** Delivers what is due, when it is asked to; what is asked meanwhile, right after. */
export interface LogoutCourier {
  /** Begins, and does not wait. */
  wake(): void;
  /** Begins if nothing is going on, and waits until nothing is. */
  deliverDue(): Promise<void>;
  /** Begins nothing any more, and waits for what is on its way. What is left is due elsewhere. */
  stop(): Promise<void>;
}

/** A courier of this process; several share the work, each notification goes to one. */
export function createLogoutCourier(deps: LogoutDeliveryDeps): LogoutCourier {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  const run = async () => {
    try {
      do {
        again = false;
        again = (await deliverLogouts(deps)) || again;
      } while (again && !stopped);
    } catch (error) {
      deps.logger.warn('logout notifications were not delivered, trying again later', { error });
    } finally {
      running = undefined;
    }
  };
  const begin = () => {
    if (!stopped) running ??= run();
    return running;
  };
  return {
    wake() {
      again = true;
      void begin();
    },
    async deliverDue() {
      await begin();
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/**
 * Claims notifications that are due and delivers them side by side. Whoever does not answer is tried
 * again after a pause, until it is given up; a client is told at least once, and twice only if a
 * worker dies between its answer and the note of it.
 *
 * @returns whether more may be due
 * @throws StorageUnavailableError, once nothing is on its way any more
 */
async function deliverLogouts(deps: LogoutDeliveryDeps): Promise<boolean> {
  const now = deps.now();
  const until = inSeconds(now, LEASE_SECONDS);
  const claimed = await deps.logouts.claim({ now, until, limit: BATCH });
  const ended = await Promise.allSettled(claimed.map((one) => deliver(deps, one)));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return claimed.length === BATCH;
}

async function deliver(deps: LogoutDeliveryDeps, claimed: ClaimedLogout): Promise<void> {
  const { tenantId, id, attempt, clientId, accountId } = claimed;
  const problem = await attemptOf(deps, claimed);
  const settlement = settlementOf(claimed, problem, deps.now());
  if (!(await deps.logouts.settle(tenantId, id, attempt, settlement))) return;
  deps.count(settlement.status === 'queued' ? 'retried' : settlement.status);
  if (settlement.status === 'queued') return;
  const delivered = settlement.status === 'delivered';
  await deps.audit.record({
    kind: delivered ? 'backchannel_logout.delivered' : 'backchannel_logout.failed',
    tenantId,
    outcome: delivered ? 'success' : 'failure',
    actor: { type: 'system' },
    subject: { type: 'account', id: accountId },
    clientId,
    detail: { attempts: attempt, ...(problem === undefined ? {} : { reason: problem }) },
  });
}

/** What kept a notification from being delivered, if anything did. */
async function attemptOf(
  deps: LogoutDeliveryDeps,
  claimed: ClaimedLogout,
): Promise<LogoutProblem | undefined> {
  try {
    const provider = await deps.providerFor(claimed.tenantId);
    const sent = provider !== undefined && (await sendLogout(provider, claimed));
    return sent ? undefined : 'unregistered';
  } catch (error) {
    const { tenantId, clientId, attempt } = claimed;
    deps.logger.warn('a client did not take a logout notification', {
      tenant_id: tenantId,
      client_id: clientId,
      attempt,
      error,
    });
    return problemOf(error);
  }
}

function settlementOf(
  { attempt, giveUpAt }: ClaimedLogout,
  problem: LogoutProblem | undefined,
  now: Date,
): LogoutSettlement {
  if (problem === undefined) return { status: 'delivered' };
  const pause = Math.min(FIRST_RETRY_SECONDS * 2 ** (attempt - 1), LONGEST_RETRY_SECONDS);
  const nextAttemptAt = inSeconds(now, pause);
  return problem === 'unregistered' || nextAttemptAt > giveUpAt
    ? { status: 'failed', problem }
    : { status: 'queued', problem, nextAttemptAt };
}

function problemOf(error: unknown): LogoutProblem {
  if (!(error instanceof Error)) return 'unknown';
  if ('response' in error) return 'refused';
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof GatehouseError) {
      return cause.code === 'forbidden_address' ? 'forbidden_address' : 'unknown';
    }
  }
  return error instanceof TypeError || error.name === 'TimeoutError' ? 'unreachable' : 'unknown';
}

function inSeconds(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
