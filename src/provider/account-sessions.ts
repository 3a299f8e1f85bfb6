import type { AccountSession, SessionMoment } from '../accounts/account-session.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import type { Tenant, TenantId } from '../tenants/tenant.ts';
import type { ArtifactStore, StoredPayload } from './artifact-store.ts';
import { type EndSessionDeps, endSession } from './end-session.ts';
import { listAll } from './list-all.ts';
import { factsOf, type SessionSighting } from './session-facts.ts';

/** Sessions that a person is shown. */
const SHOWN_SESSIONS = 200;

const HANDLE = /^[\w-]{43}$/;

/** Who ends a session, and from where. */
export type EndedBy = Pick<AuditEvent, 'actor' | 'address' | 'requestId'>;

export interface EndAccountSessionDeps extends EndSessionDeps {
  readonly artifacts: Pick<ArtifactStore, 'endSession' | 'findSessionByUid' | 'listByAccount'>;
  readonly audit: Pick<AuditLog, 'record'>;
}

/** A Session as it is stored, as far as its owner is concerned. */
export interface StoredSession {
  readonly uid: string;
  readonly accountId: string;
  readonly loginTs?: number;
  readonly authorizations?: Readonly<Record<string, { sid?: string; grantId?: string }>>;
}

/**
 * The sessions of an account, the last seen first: the 200 newest.
 *
 * @param currentUid - the uid of the session that asks
 * @throws StorageUnavailableError
 */
export async function listSessions(
  deps: { artifacts: Pick<ArtifactStore, 'listByAccount'> },
  tenant: Pick<Tenant, 'id'>,
  accountId: string,
  currentUid?: string,
): Promise<AccountSession[]> {
  const limit = SHOWN_SESSIONS;
  const stored = await deps.artifacts.listByAccount(tenant.id, accountId, 'Session', { limit });
  const current = currentUid === undefined ? undefined : sha256(currentUid);
  return stored
    .map(({ payload }) => toAccountSession(payload, current))
    .sort((a, b) => b.lastSeen.at.getTime() - a.lastSeen.at.getTime());
}

/**
 * Ends one session of an account. Everything issued in it without `offline_access` ends with it.
 *
 * @param handle - of {@link AccountSession}, as it came back from a form
 * @returns `unknown` when the account has no such session (any more)
 * @throws StorageUnavailableError: try again
 */
export async function endSessionOfAccount(
  deps: EndAccountSessionDeps,
  tenant: Pick<Tenant, 'id'>,
  accountId: string,
  handle: string,
  by: EndedBy,
): Promise<'ended' | 'unknown'> {
  if (!HANDLE.test(handle)) return 'unknown';
  const found = await deps.artifacts.findSessionByUid(tenant.id, handle);
  const session = found && storedSession(found.payload);
  if (session?.accountId !== accountId) return 'unknown';
  await endAndRecord(deps, tenant.id, session, by);
  return 'ended';
}

/**
 * Ends every session of an account but one.
 *
 * @returns how many
 * @throws StorageUnavailableError: try again, some may have ended
 */
export async function endOtherSessions(
  deps: EndAccountSessionDeps,
  tenant: Pick<Tenant, 'id'>,
  accountId: string,
  currentUid: string,
  by: EndedBy,
): Promise<number> {
  const all = await listAll(deps.artifacts, tenant.id, accountId, 'Session');
  const others = all
    .map(({ payload }) => storedSession(payload))
    .filter(({ uid }) => uid !== currentUid);
  for (const session of others) await endAndRecord(deps, tenant.id, session, by);
  return others.length;
}

/** What is stored of a Session, as its owner and the end of it need it. */
export function storedSession(payload: StoredPayload): StoredSession {
  return payload as unknown as StoredSession;
}

async function endAndRecord(
  deps: EndAccountSessionDeps,
  tenantId: TenantId,
  session: StoredSession,
  by: EndedBy,
): Promise<void> {
  await endSession(deps, tenantId, session);
  await deps.audit.record({
    ...by,
    kind: 'session.ended',
    tenantId,
    outcome: 'success',
    subject: { type: 'account', id: session.accountId },
    detail: { elsewhere: true },
  });
}

function toAccountSession(payload: StoredPayload, current: string | undefined): AccountSession {
  const { uid, loginTs = 0, authorizations = {} } = storedSession(payload);
  const handle = sha256(uid);
  const facts = factsOf(payload);
  const used = facts?.clients ?? {};
  const signedIn = facts?.started ?? { at: loginTs };
  return {
    handle,
    current: handle === current,
    signedIn: toMoment(signedIn),
    lastSeen: toMoment(facts?.seen ?? signedIn),
    clientIds: Object.keys(authorizations).sort((a, b) => (used[b] ?? 0) - (used[a] ?? 0)),
  };
}

function toMoment({ at, address, userAgent }: SessionSighting): SessionMoment {
  return { at: new Date(at * 1000), address, userAgent };
}
