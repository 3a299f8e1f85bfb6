import { LRUCache } from 'lru-cache';
import type {
  ArtifactKey,
  ArtifactModel,
  ArtifactStore,
  ArtifactUse,
  ArtifactWrite,
  ListedArtifact,
  StoredArtifact,
  StoredPayload,
} from '../../provider/artifact-store.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import { answerRedis, type RedisClient, serversOf } from './redis.ts';
import { runScript, type Script } from './run-script.ts';
import { DENY, END_ACCOUNT, END_SESSION, REVOKE_GRANT } from './scripts/end-artifacts.ts';
import { NOTE_TENANT, TRIM } from './scripts/tend-indexes.ts';
import { CONSUME, DESTROY, FIND, FIND_BY, GIVE_BACK, LIST, SAVE } from './scripts/use-artifact.ts';

/** Records that one call of a script deletes at most: a few milliseconds of the server's time. */
const CLEARING_BUDGET = 500;
/** Keys that one call of `sweep` looks at, give or take: it goes on where it stopped. */
const SWEEP_KEYS = 20_000;
const SWEEP_STEP = 1000;
/** Tenants whose sessions one round trip counts. */
const COUNTED_AT_ONCE = 200;
/** A tenant's sessions are noted again this often, so that the list heals after a flush. */
const NOTE_TENANT_MS = 60_000;
const NOTED_TENANTS = 10_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Artifacts in Redis: every method is one script on one tenant's hash slot, hence atomic and, but
 * for what is named below, one round trip. `scripts/artifact-record.ts` says how they are kept.
 *
 * - `revokeGrant`, `endSession`, `endAccount` take effect with the first script, which writes the
 *   tombstone that every read and write asks: in bounded time, however much was issued. Clearing
 *   up follows, 500 records a round trip, so that no other command waits for long; usually it is
 *   done in the first. What an interruption leaves is not there for anybody, and expires.
 * - `countSessions` asks each tenant that has had a session for the size of its sorted set, two
 *   hundred a round trip, so that requests come in between.
 * - `sweep` walks the index keys, 20,000 a call; records and tombstones expire by themselves.
 *
 * Redis must not evict (`maxmemory-policy noeviction`): a lost tombstone is a write not refused.
 *
 * @param deps.now - decides expiry and all else; Redis's own clock only frees memory
 * @param deps.keyPrefix - leads every key, so that deployments may share a Redis
 */
export function createRedisArtifactStore(
  redis: RedisClient,
  deps: { now: () => Date; keyPrefix: string },
): ArtifactStore {
  const { keyPrefix } = deps;
  const nowMs = () => deps.now().getTime();
  const baseOf = (tenantId: TenantId) => `{${keyPrefix}${tenantId}}`;
  const tenantList = `${keyPrefix}artifact-tenants`;
  const noted = new LRUCache<TenantId, { at: number; until: number }>({ max: NOTED_TENANTS });
  const sweepFrom = { server: 0, cursor: '0' };

  const run = (script: Script, tenantId: TenantId, ...args: readonly (string | number)[]) =>
    answerRedis(runScript(redis, script, [baseOf(tenantId)], [nowMs(), ...args]));

  /** Runs a clearing script until it has cleared all. The clock stays that of the first call. */
  async function clear(script: Script, tenantId: TenantId, until: Date, args: readonly string[]) {
    const values = [nowMs(), until.getTime(), CLEARING_BUDGET, ...args];
    for (;;) {
      const done = await answerRedis(runScript(redis, script, [baseOf(tenantId)], values));
      if (done) return done;
    }
  }

  async function write(artifact: ArtifactWrite, once: boolean): Promise<unknown> {
    const { tenantId, model, parentKey } = artifact;
    const saved = run(
      SAVE,
      tenantId,
      memberOf(model, artifact.key),
      JSON.stringify(artifact.payload),
      artifact.expiresAt.getTime(),
      artifact.startedAt.getTime(),
      artifact.grantKey ?? '',
      artifact.sessionKey ?? '',
      artifact.endsWithSession || model === 'Session' ? 1 : '',
      artifact.accountId ?? '',
      artifact.userCodeKey ?? '',
      parentKey === undefined ? '' : memberOf(model, parentKey),
      once ? 1 : '',
    );
    if (model !== 'Session') return saved;
    const [outcome] = await Promise.all([saved, noteTenant(tenantId, artifact.expiresAt)]);
    return outcome;
  }

  /** The list of tenants is in no tenant's slot, so it is not written with the session itself. */
  async function noteTenant(tenantId: TenantId, sessionUntil: Date): Promise<void> {
    const at = nowMs();
    const last = noted.get(tenantId);
    if (last && at - last.at < NOTE_TENANT_MS && sessionUntil.getTime() <= last.until) return;
    // A day more than needed: then a later session need not be noted for that.
    const until = sessionUntil.getTime() + DAY_MS;
    await answerRedis(runScript(redis, NOTE_TENANT, [tenantList], [at, tenantId, until]));
    noted.set(tenantId, { at, until });
  }

  return {
    save: async (artifact) => ((await write(artifact, false)) === 'saved' ? 'saved' : 'ended'),

    insertOnce: async (artifact) => (await write(artifact, true)) === 'saved',

    find: async (tenantId, model, key) =>
      toArtifact(await run(FIND, tenantId, memberOf(model, key))),

    findSessionByUid: async (tenantId, sessionKey) =>
      toArtifact(await run(FIND_BY, tenantId, `u:${sessionKey}`)),

    findByUserCode: async (tenantId, userCodeKey) =>
      toArtifact(await run(FIND_BY, tenantId, `d:${userCodeKey}`)),

    async listByAccount(tenantId, accountId, model, { limit, after }) {
      const cursor =
        after === undefined ? ['', ''] : [after.expiresAt.getTime(), memberOf(model, after.key)];
      const found = await run(LIST, tenantId, `l:${model}:${accountId}`, limit, ...cursor);
      return toList(found);
    },

    async consume(tenantId, model, key, { retryWindowSeconds }) {
      const won = await run(CONSUME, tenantId, memberOf(model, key), retryWindowSeconds * 1000);
      return won === 1 ? 'consumed' : 'lost';
    },

    async giveBack(tenantId, { model, key, successorKey }) {
      const successor = successorKey === undefined ? '' : memberOf(model, successorKey);
      await run(GIVE_BACK, tenantId, memberOf(model, key), successor);
    },

    async destroy(tenantId, model, key) {
      await run(DESTROY, tenantId, memberOf(model, key));
    },

    async revokeGrant(tenantId, grantKey, { tombstoneUntil }) {
      await clear(REVOKE_GRANT, tenantId, tombstoneUntil, [grantKey]);
    },

    async endSession(tenantId, sessionKey, grantKeys, { tombstoneUntil }) {
      const grants = [...new Set(grantKeys)].sort();
      const revoked = await clear(END_SESSION, tenantId, tombstoneUntil, [sessionKey, ...grants]);
      return Array.isArray(revoked) ? revoked.map(String) : [];
    },

    async endAccount(tenantId, accountId, { tombstoneUntil }) {
      await clear(END_ACCOUNT, tenantId, tombstoneUntil, [accountId]);
    },

    async deny(tenantId, jtiKey, expiresAt) {
      await run(DENY, tenantId, expiresAt.getTime(), jtiKey);
    },

    async isDenied(tenantId, jtiKey, grantKey) {
      const stones = [['jti', jtiKey], ...(grantKey === undefined ? [] : [['grant', grantKey]])];
      const found = await answerRedis(
        redis.mget(stones.map(([kind, key]) => `${baseOf(tenantId)}:t:${kind}:${key}`)),
      );
      return found.some((stone) => Number(stone?.split(' ')[1] ?? 0) > nowMs());
    },

    async countSessions() {
      const at = nowMs();
      const tenants = await answerRedis(redis.zrangebyscore(tenantList, `(${at}`, '+inf'));
      let sessions = 0;
      for (let start = 0; start < tenants.length; start += COUNTED_AT_ONCE) {
        const some = tenants.slice(start, start + COUNTED_AT_ONCE);
        const counts = await answerRedis(
          Promise.all(some.map((id) => redis.zcount(`${baseOf(id)}:x:n`, `(${at}`, '+inf'))),
        );
        for (const count of counts) sessions += count;
      }
      return sessions;
    },

    async sweep(limit) {
      let swept = 0;
      const servers = serversOf(redis);
      let finished = 0;
      for (let seen = 0; seen < SWEEP_KEYS && swept < limit; seen += SWEEP_STEP) {
        const server = servers[sweepFrom.server % servers.length];
        if (server === undefined) break;
        const [next, keys] = await answerRedis(
          server.scan(
            sweepFrom.cursor,
            'MATCH',
            `{${escapeGlob(keyPrefix)}*}:x:*`,
            'COUNT',
            SWEEP_STEP,
            'TYPE',
            'zset',
          ),
        );
        sweepFrom.cursor = next;
        for (const indexes of bySlot(keys)) {
          const trimmed = runScript(redis, TRIM, indexes, [nowMs(), limit - swept]);
          swept += Number(await answerRedis(trimmed));
        }
        if (next !== '0') continue;
        sweepFrom.server += 1;
        finished += 1;
        if (finished === servers.length) break;
      }
      return swept;
    },
  };
}

/** How a record is called in its key and in indexes. */
function memberOf(model: ArtifactModel, key: ArtifactKey): string {
  return `${model}:${key}`;
}

/** The key of a record from what it is called. */
function keyOf(member: string): ArtifactKey {
  return member.slice(member.indexOf(':') + 1);
}

function toArtifact(reply: unknown): StoredArtifact | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [payload, expiresAt, consumedAt, use] = reply.map(String);
  return {
    payload: JSON.parse(payload ?? '') as StoredPayload,
    expiresAt: new Date(Number(expiresAt)),
    use: use as ArtifactUse,
    consumedAt: consumedAt ? new Date(Number(consumedAt)) : undefined,
  };
}

function toList(reply: unknown): ListedArtifact[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap(([member, ...fields]: unknown[]) => {
    const artifact = toArtifact(fields);
    return artifact === undefined ? [] : [{ key: keyOf(String(member)), ...artifact }];
  });
}

/** Keys grouped by what is between their braces: those may meet in one script. */
function bySlot(keys: readonly string[]): string[][] {
  const groups = Map.groupBy(keys, (key) => key.slice(0, key.indexOf('}')));
  return [...groups.values()];
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
