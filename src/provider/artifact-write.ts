import { type AdapterPayload, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { sha256 } from '../crypto/digest.ts';
import type { Sealer } from '../crypto/sealing.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { ArtifactModel, ArtifactWrite, SpentArtifact } from './artifact-store.ts';
import { factsNow } from './session-facts.ts';
import { artifactKey, toStored } from './stored-payload.ts';

/** What the store is told of an artifact that the library writes: digests, and what it ends with. */
export function artifactWrite(
  deps: { readonly sealer: Sealer; readonly now: () => Date },
  tenantId: TenantId,
  model: ArtifactModel,
  id: string,
  payload: AdapterPayload,
  expiresIn: number | undefined,
): ArtifactWrite {
  const ctx = Provider.ctx;
  const now = deps.now();
  const key = artifactKey(model, id);
  const lifetimeMs =
    expiresIn === undefined ? (payload.exp ?? 0) * 1000 - now.getTime() : expiresIn * 1000;
  const startedAt: unknown = ctx?.state.startedAt ?? writtenSince(payload);
  const sessionUid = model === 'Session' ? payload.uid : payload.sessionUid;
  const grantId = model === 'Grant' ? id : issuedUnder(model, payload);
  const accountId = payload.accountId ?? signedIn(payload);
  const parent = model === 'RefreshToken' ? rotatedFrom(ctx) : undefined;
  const spent = model === 'AccessToken' ? spentBy(ctx) : undefined;

  return {
    tenantId,
    model,
    key,
    payload: toStored(
      deps.sealer,
      { tenantId, model, key },
      payload as Record<string, unknown>,
      model === 'Session' ? factsNow(ctx, payload, now) : undefined,
    ),
    expiresAt: new Date(now.getTime() + lifetimeMs),
    startedAt: startedAt instanceof Date ? startedAt : now,
    ...(sessionUid === undefined ? {} : { sessionKey: sha256(sessionUid) }),
    ...(grantId === undefined ? {} : { grantKey: artifactKey('Grant', grantId) }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(parent === undefined ? {} : { parentKey: artifactKey('RefreshToken', parent) }),
    ...(payload.userCode === undefined ? {} : { userCodeKey: sha256(payload.userCode) }),
    endsWithSession: endsWithSession(model, payload),
    ...(spent === undefined ? {} : { spent }),
  };
}

/**
 * The grant that an artifact ends with. An Interaction names one, too, but is not issued under it:
 * whoever signs in as somebody else ends the grants of the session before, and goes on.
 */
function issuedUnder(model: ArtifactModel, payload: AdapterPayload): string | undefined {
  return model === 'Interaction' ? undefined : payload.grantId;
}

/**
 * Whose an Interaction is: of whoever has just proved who they are (all of it, or the first factor:
 * `progress`, as `interactions` keep it), else of the session's account. A proof ends with its
 * account, too: it must not become a session after the password was reset.
 */
function signedIn({ result, session }: AdapterPayload): string | undefined {
  const progress: unknown = result?.progress;
  const proving =
    typeof progress === 'object' && progress !== null && 'accountId' in progress
      ? progress.accountId
      : undefined;
  if (typeof proving === 'string') return proving;
  return result?.login?.accountId ?? session?.accountId;
}

/**
 * When the request began that writes an Interaction from a page: the library knows nothing of it
 * then, and `interactions` note it in the result.
 */
function writtenSince({ result }: AdapterPayload): Date | undefined {
  const since = result?.writtenSince;
  return typeof since === 'number' ? new Date(since) : undefined;
}

/** Everything but what was issued with `offline_access` ends with its session (OIDC Core, 11). */
function endsWithSession(model: ArtifactModel, payload: AdapterPayload): boolean {
  if (model === 'Session') return true;
  if (model !== 'AccessToken' && model !== 'AuthorizationCode' && model !== 'RefreshToken')
    return false;
  return !(payload.scope ?? '').split(' ').includes('offline_access');
}

function rotatedFrom(ctx: KoaContextWithOIDC | undefined): string | undefined {
  return ctx?.oidc.entities.RotatedRefreshToken?.jti;
}

/** What a token request has used up before it saves its access token: the library says so here then. */
function spentBy(ctx: KoaContextWithOIDC | undefined): SpentArtifact | undefined {
  if (ctx?.oidc.route !== 'token') return undefined;
  const { AuthorizationCode: code, RefreshToken: successor } = ctx.oidc.entities;
  const rotated = rotatedFrom(ctx);
  if (rotated !== undefined) {
    return {
      model: 'RefreshToken',
      key: artifactKey('RefreshToken', rotated),
      ...(successor === undefined
        ? {}
        : { successorKey: artifactKey('RefreshToken', successor.jti) }),
    };
  }
  return code && { model: 'AuthorizationCode', key: artifactKey('AuthorizationCode', code.jti) };
}
