import type { LiveGrant } from '../grants/connected-application.ts';
import type { GrantRequest } from '../grants/recorded-grant.ts';
import { unionOf } from '../grants/union-of-grants.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { tombstoneUntil } from './adapter.ts';
import type { ArtifactStore, StoredPayload } from './artifact-store.ts';
import { listAll } from './list-all.ts';
import { factsOf } from './session-facts.ts';

/** A Grant as it is stored, as far as its owner is concerned. */
interface StoredGrant {
  readonly clientId: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly openid?: { readonly scope?: string; readonly claims?: readonly string[] };
  readonly resources?: Readonly<Record<string, string>>;
}

/** A grant of one client, or a sign that it was used. */
interface Trace {
  readonly clientId: string;
  readonly at: number;
  readonly allows?: GrantRequest;
}

/**
 * What each client holds of an account now, by the library's Grants; when it was used, by its
 * refresh tokens and the account's sessions too.
 *
 * @throws StorageUnavailableError
 */
export async function listLiveGrants(
  deps: { readonly artifacts: Pick<ArtifactStore, 'listByAccount'> },
  tenantId: TenantId,
  accountId: string,
): Promise<LiveGrant[]> {
  const { artifacts } = deps;
  const [grants, refreshTokens, sessions] = await Promise.all(
    (['Grant', 'RefreshToken', 'Session'] as const).map(async (model) =>
      (await listAll(artifacts, tenantId, accountId, model)).map(({ payload }) => payload),
    ),
  );
  const traces: Trace[] = [
    ...(grants ?? []).map(grantTrace),
    ...(refreshTokens ?? []).map(tokenTrace),
    ...(sessions ?? []).flatMap(sessionTraces),
  ];
  return [...Map.groupBy(traces, ({ clientId }) => clientId)].flatMap(([clientId, ofClient]) => {
    const allowed = ofClient.flatMap(({ allows }) => allows ?? []);
    // Without a Grant nothing of it works any more.
    if (allowed.length === 0) return [];
    const moments = ofClient.map(({ at }) => at * 1000);
    return [
      {
        clientId,
        ...unionOf(allowed),
        firstUsedAt: new Date(Math.min(...moments)),
        lastUsedAt: new Date(Math.max(...moments)),
      },
    ];
  });
}

/**
 * Revokes every Grant of an account and a client, with everything issued under them, in whatever
 * session, on every replica and for good.
 *
 * @returns how many
 * @throws StorageUnavailableError: try again
 */
export async function revokeClientGrants(
  deps: {
    readonly artifacts: Pick<ArtifactStore, 'listByAccount' | 'revokeGrant'>;
    readonly now: () => Date;
  },
  tenantId: TenantId,
  accountId: string,
  clientId: string,
): Promise<number> {
  const all = await listAll(deps.artifacts, tenantId, accountId, 'Grant');
  const theirs = all.filter(({ payload }) => storedGrant(payload).clientId === clientId);
  for (const { key } of theirs) {
    const options = { tombstoneUntil: tombstoneUntil(deps.now()) };
    await deps.artifacts.revokeGrant(tenantId, key, options);
  }
  return theirs.length;
}

function grantTrace(payload: StoredPayload): Trace {
  const { clientId, iat, openid, resources = {} } = storedGrant(payload);
  return {
    clientId,
    at: iat,
    allows: {
      scopes: words(openid?.scope),
      claims: openid?.claims ?? [],
      resourceScopes: Object.fromEntries(
        Object.entries(resources).map(([resource, scope]) => [resource, words(scope)]),
      ),
    },
  };
}

function tokenTrace(payload: StoredPayload): Trace {
  return { clientId: String(payload.clientId), at: Number(payload.iat) };
}

function sessionTraces(payload: StoredPayload): Trace[] {
  return Object.entries(factsOf(payload)?.clients ?? {}).map(([clientId, at]) => ({
    clientId,
    at,
  }));
}

function storedGrant(payload: StoredPayload): StoredGrant {
  return payload as unknown as StoredGrant;
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(' ').filter((word) => word !== '');
}
