import { setImmediate as nextCheck } from 'node:timers/promises';
import {
  type Adapter,
  type AdapterPayload,
  errors,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import {
  clientSeconds,
  DEFAULT_REFRESH_TOKEN_REUSE_WINDOW_SECONDS,
} from '../applications/client-metadata.ts';
import { sha256 } from '../crypto/digest.ts';
import type { Sealer } from '../crypto/sealing.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { ArtifactModel, ArtifactStore, StoredArtifact } from './artifact-store.ts';
import { artifactWrite } from './artifact-write.ts';
import { clientAdapter } from './client-adapter.ts';
import { mustFinishInProtocol } from './finish-in-protocol.ts';
import { inProtocol, RETRY_AFTER_SECONDS, TemporarilyUnavailable } from './protocol-errors.ts';
import { isProvedElsewhere } from './proving-browser.ts';
import { rememberFacts } from './session-facts.ts';
import { artifactKey, fromStored } from './stored-payload.ts';
import type { StructuredTokens } from './structured-access-token.ts';
import type { TenantCatalog } from './tenant-catalog.ts';

/**
 * A code that is redeemed twice within this time was sent twice, not stolen: the second request
 * is refused, but what the first one is just being given stays valid. Later it is a replay, and
 * everything that the code issued is revoked (RFC 6749, section 4.1.2). It is longer than a load
 * balancer waits for a replica that has stalled: two requests that were sent at once may come to
 * their replicas that far apart.
 */
export const CODE_RACE_SECONDS = 5;

/**
 * How long tombstones stay. Ending deletes what is stored, so they have to outlast only what is not:
 * writes of requests in flight, and JWT access tokens, which live a day at the most
 * (`CLIENT_EXTENSIONS.access_token_seconds`).
 */
const TOMBSTONE_DAYS = 2;

export interface AdapterDeps {
  readonly artifacts: ArtifactStore;
  readonly catalog: TenantCatalog;
  readonly structured: StructuredTokens;
  readonly sealer: Sealer;
  readonly now: () => Date;
  /**
   * By when a token request is answered, in milliseconds after its arrival. It begins to use nothing
   * up any more once it has taken half as long.
   */
  readonly tokenDeadlineMs: number;
}

/**
 * `oidc-provider`'s adapter for one tenant over the ArtifactStore: digests instead of ids, the
 * tenant in front of every call, lost races as the protocol's errors, outages as 503.
 *
 * @returns the factory that the library calls with a model's name
 */
export function createAdapter(deps: AdapterDeps, tenantId: TenantId): (model: string) => Adapter {
  return (model) =>
    model === 'Client'
      ? clientAdapter(deps.catalog)
      : artifactAdapter(deps, tenantId, model as ArtifactModel);
}

/** When tombstones written now may go. */
export function tombstoneUntil(now: Date): Date {
  return new Date(now.getTime() + TOMBSTONE_DAYS * 86_400_000);
}

function artifactAdapter(deps: AdapterDeps, tenantId: TenantId, model: ArtifactModel): Adapter {
  const { artifacts, sealer, structured } = deps;
  const place = (key: string) => ({ tenantId, model, key });

  const restore = (id: string | undefined, found: StoredArtifact | undefined) => {
    if (found === undefined) return undefined;
    const payload = fromStored(
      sealer,
      place(id === undefined ? '' : artifactKey(model, id)),
      id,
      found.payload,
    );
    if (payload === undefined) return undefined;
    if (model === 'Session') rememberFacts(Provider.ctx, payload.uid, found.payload);
    if (model === 'Interaction') forgetForeignProof(payload);
    // The store may have extended it (a Grant lives as long as its newest refresh token).
    payload.exp = Math.floor(found.expiresAt.getTime() / 1000);
    if (isUsedUp(model, found))
      payload.consumed = Math.floor((found.consumedAt ?? deps.now()).getTime() / 1000);
    return payload as AdapterPayload;
  };

  return {
    async upsert(id, payload, expiresIn) {
      const write = artifactWrite(deps, tenantId, model, id, payload, expiresIn);
      if ((await inProtocol(artifacts.save(write))) === 'ended') throw refused(model);
    },
    async find(id) {
      if (structured.isHandle(id)) return structured.find(model);
      const found = await inProtocol(artifacts.find(tenantId, model, artifactKey(model, id)));
      if (found && isUsedUp(model, found) && (await isAbandonedNow(Provider.ctx))) {
        throw refused(model);
      }
      return restore(id, found);
    },
    async findByUid(uid) {
      const found = await inProtocol(artifacts.findSessionByUid(tenantId, sha256(uid)));
      if (found === undefined) return undefined;
      // The form state is sealed to the session's id, which a uid does not tell.
      const { state: _state, ...payload } = found.payload;
      return restore(undefined, { ...found, payload });
    },
    async findByUserCode(userCode) {
      const found = await inProtocol(artifacts.findByUserCode(tenantId, sha256(userCode)));
      return restore(undefined, found);
    },
    async consume(id) {
      if (isLate(Provider.ctx, deps)) throw new TemporarilyUnavailable('it took too long');
      if (isAbandoned(Provider.ctx)) throw refused(model);
      const retryWindowSeconds =
        model === 'RefreshToken'
          ? clientSeconds(
              Provider.ctx?.oidc.client,
              'refresh_token_reuse_window',
              DEFAULT_REFRESH_TOKEN_REUSE_WINDOW_SECONDS,
            )
          : 0;
      // Who is told to come back with what was used up meanwhile would look like a thief, unless
      // there is time for that: they have waited, wait as they are told, and may wait once more.
      const backAfterMs = 2 * deps.tokenDeadlineMs + RETRY_AFTER_SECONDS * 1000;
      if (retryWindowSeconds * 1000 < backAfterMs) mustFinishInProtocol();
      const outcome = await inProtocol(
        artifacts.consume(tenantId, model, artifactKey(model, id), {
          retryWindowSeconds,
          ...issuedFor(Provider.ctx),
        }),
      );
      if (outcome === 'lost') throw refused(model);
    },
    async destroy(id) {
      if (await structured.deny(id)) return;
      // An interaction goes on with what the answer says, a session under the identifier in it. One
      // that ends has asked before (`end-session.ts`).
      const goesOn = model === 'Session' && id !== Provider.ctx?.oidc.session?.jti;
      if (goesOn || model === 'Interaction') mustFinishInProtocol();
      if (model === 'Grant') return revokeOnce(deps, tenantId, artifactKey('Grant', id));
      await inProtocol(artifacts.destroy(tenantId, model, artifactKey(model, id)));
    },
    async revokeByGrantId(grantId) {
      // RFC 7009, section 2.1: an access token may be revoked without its refresh token.
      const ctx = Provider.ctx;
      if (ctx?.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken) return;
      await revokeOnce(deps, tenantId, artifactKey('Grant', grantId));
    },
  };
}

/**
 * What another browser proved signs nobody in here: the protocol asks again. What the protocol took
 * before, in the same request, has a session by now, and goes by that.
 */
function forgetForeignProof(interaction: AdapterPayload): void {
  const ctx = Provider.ctx;
  const { jti = '', result, lastSubmission } = interaction;
  const login = result?.login;
  if (ctx?.oidc.route !== 'resume' || login === undefined) return;
  if (JSON.stringify(login) === JSON.stringify(lastSubmission?.login)) return;
  if (isProvedElsewhere(ctx, jti, login)) delete interaction.result;
}

/**
 * What the library is told of consumption. It revokes the grant when it sees `consumed`, so a
 * retry that may be answered, and a code's race, are kept from it: `consume` decides those.
 */
function isUsedUp(model: ArtifactModel, found: StoredArtifact): boolean {
  if (found.use === 'unused') return false;
  const ctx = Provider.ctx;
  if (found.use === 'retryable') return ctx?.oidc.route !== 'token';
  if (model !== 'AuthorizationCode' || found.consumedAt === undefined) return true;
  const arrived: unknown = ctx?.state.startedAt;
  const raceEnds = found.consumedAt.getTime() + CODE_RACE_SECONDS * 1000;
  return !(arrived instanceof Date) || arrived.getTime() > raceEnds;
}

/**
 * Whether whoever asked for tokens has hung up, or was told to come back later. A replica that was
 * stalled, or a network, can bring a request long after its client asked another one and went on
 * with the answer: what looks like a stolen token then is none, and there is nobody to give anything
 * to. A thief who hangs up gets nothing either.
 */
function isAbandoned(ctx: KoaContextWithOIDC | undefined): boolean {
  if (ctx?.oidc.route !== 'token') return false;
  const { readableEnded, destroyed } = ctx.req.socket;
  return readableEnded || destroyed || ctx.res.writableEnded;
}

/**
 * Whether a token request has taken so long that nobody may be waiting for its answer any more. It
 * must not use anything up then: an honest client that asks again, past the reuse window by then,
 * would look like a thief.
 */
function isLate(ctx: KoaContextWithOIDC | undefined, deps: AdapterDeps): boolean {
  const arrived: unknown = ctx?.state.startedAt;
  if (ctx?.oidc.route !== 'token' || !(arrived instanceof Date)) return false;
  return deps.now().getTime() - arrived.getTime() > deps.tokenDeadlineMs / 2;
}

/**
 * The same, once everything has been read that has come: after a stall the end of a connection waits
 * to be read behind the request.
 */
async function isAbandonedNow(ctx: KoaContextWithOIDC | undefined): Promise<boolean> {
  if (ctx?.oidc.route !== 'token') return false;
  // From one check phase of the event loop to the next: sockets are read in between.
  await nextCheck();
  await nextCheck();
  return isAbandoned(ctx);
}

/** What the token endpoint saves once it has used something up: a JWT for a resource is not. */
function issuedFor(ctx: KoaContextWithOIDC | undefined): { thenSaves?: ArtifactModel } {
  const opaque = ctx?.oidc.route === 'token' && ctx.oidc.params?.resource === undefined;
  return opaque ? { thenSaves: 'AccessToken' } : {};
}

/** The error that a lost race or an ended grant, session or account means to the caller. */
function refused(model: ArtifactModel): Error {
  return model === 'PushedAuthorizationRequest'
    ? new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
    : new errors.InvalidGrant(`${model} was already used or has ended`);
}

/** The library revokes a grant model by model, at the same time; one revocation does it all. */
const revoking = new WeakMap<object, Map<string, Promise<void>>>();

function revokeOnce(deps: AdapterDeps, tenantId: TenantId, grantKey: string): Promise<void> {
  const request: object = Provider.ctx ?? {};
  const running = revoking.get(request) ?? new Map<string, Promise<void>>();
  revoking.set(request, running);
  let revoked = running.get(grantKey);
  if (revoked === undefined) {
    const options = { tombstoneUntil: tombstoneUntil(deps.now()) };
    revoked = inProtocol(deps.artifacts.revokeGrant(tenantId, grantKey, options));
    running.set(grantKey, revoked);
  }
  return revoked;
}
