import { StorageUnavailableError } from '../errors.ts';
import type { ArtifactModel, ArtifactStore } from '../provider/artifact-store.ts';

/**
 * Where each model lives: the one table that says so.
 *
 * Durable is what must survive a lost Redis, and what may be used once (a failover of Redis loses
 * writes that it acknowledged, so a used code could be used again). Volatile is what a new sign-in
 * or a refresh replaces.
 */
export const ARTIFACT_PLACES: Readonly<Record<ArtifactModel, 'durable' | 'volatile'>> = {
  AccessToken: 'volatile',
  AuthorizationCode: 'durable',
  BackchannelAuthenticationRequest: 'durable',
  ClientCredentials: 'volatile',
  DeviceCode: 'durable',
  Grant: 'durable',
  InitialAccessToken: 'durable',
  Interaction: 'volatile',
  PushedAuthorizationRequest: 'durable',
  RefreshToken: 'durable',
  RegistrationAccessToken: 'durable',
  ReplayDetection: 'durable',
  Session: 'volatile',
};

/**
 * One artifact store over two, by {@link ARTIFACT_PLACES}. Given one store twice, it is that store.
 *
 * `revokeGrant`, `endSession` and `endAccount` reach both, the durable one first:
 * - It holds the Grants and refresh tokens. Once it has ended them nothing new can be issued, and
 *   what the volatile store still holds fails the library's check of its Grant. The other way
 *   round, a failure in between would leave a refresh token alive that issues new access tokens.
 * - It alone knows which grants of a session still have a refresh token, so it decides which of
 *   them end; the volatile store, which has none, then ends exactly those.
 * - When the volatile store fails, the call throws and may be repeated as it was: the session is
 *   still there to read its grants from, and the durable store answers a repetition like the first
 *   time (a grant that is gone has no refresh token, so it is revoked, and named, again).
 *
 * @param stores.durable - PostgreSQL
 * @param stores.volatile - Redis, or PostgreSQL again where there is no Redis
 * @param stores.isVolatileAway - what the connection knows, without asking
 */
export function placeArtifacts(stores: {
  durable: ArtifactStore;
  volatile: ArtifactStore;
  isVolatileAway: () => boolean;
}): ArtifactStore {
  const { durable, volatile, isVolatileAway } = stores;
  if (durable === volatile) return durable;
  const storeOf = (model: ArtifactModel) => stores[ARTIFACT_PLACES[model]];

  return {
    async save(write) {
      const { tenantId, model, spent } = write;
      try {
        return await storeOf(model).save(write);
      } catch (error) {
        // It is connected, and takes no writes: `isVolatileAway` knows nothing of that.
        if (storeOf(model) === volatile && spent !== undefined) {
          await storeOf(spent.model).giveBack(tenantId, spent);
        }
        throw error;
      }
    },
    insertOnce: (write) => storeOf(write.model).insertOnce(write),
    find: (tenantId, model, key) => storeOf(model).find(tenantId, model, key),
    findSessionByUid: (tenantId, sessionKey) =>
      storeOf('Session').findSessionByUid(tenantId, sessionKey),
    findByUserCode: (tenantId, userCodeKey) =>
      storeOf('DeviceCode').findByUserCode(tenantId, userCodeKey),
    listByAccount: (tenantId, accountId, model, page) =>
      storeOf(model).listByAccount(tenantId, accountId, model, page),
    async consume(tenantId, model, key, options) {
      const { thenSaves } = options;
      if (thenSaves !== undefined && storeOf(thenSaves) === volatile && isVolatileAway()) {
        throw new StorageUnavailableError('redis');
      }
      return storeOf(model).consume(tenantId, model, key, options);
    },
    giveBack: (tenantId, spent) => storeOf(spent.model).giveBack(tenantId, spent),
    destroy: (tenantId, model, key) => storeOf(model).destroy(tenantId, model, key),

    async revokeGrant(tenantId, grantKey, options) {
      await durable.revokeGrant(tenantId, grantKey, options);
      await volatile.revokeGrant(tenantId, grantKey, options);
    },

    async endSession(tenantId, sessionKey, grantKeys, options) {
      const revoked = await durable.endSession(tenantId, sessionKey, grantKeys, options);
      await volatile.endSession(tenantId, sessionKey, revoked, options);
      return revoked;
    },

    async endAccount(tenantId, accountId, options) {
      await durable.endAccount(tenantId, accountId, options);
      await volatile.endAccount(tenantId, accountId, options);
    },

    deny: (tenantId, jtiKey, expiresAt) => durable.deny(tenantId, jtiKey, expiresAt),
    isDenied: (tenantId, jtiKey, grantKey) => durable.isDenied(tenantId, jtiKey, grantKey),

    countSessions: () => storeOf('Session').countSessions(),

    async sweep(limit) {
      const swept = await durable.sweep(limit);
      return swept < limit ? swept + (await volatile.sweep(limit - swept)) : swept;
    },
  };
}
