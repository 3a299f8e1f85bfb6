import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_REFRESH_TOKEN_REUSE_WINDOW_SECONDS as WINDOW } from '../../applications/client-metadata.ts';
import type { AuditEventKind } from '../../audit/audit-event.ts';
import { sha256 } from '../../crypto/digest.ts';
import type { ArtifactModel } from '../../provider/artifact-store.ts';
import { askReplica } from '../ask-replica.ts';
import { DEMO_CLIENTS } from '../demo-clients.ts';
import { modelRefreshFamily, type RefreshFamilyModel } from '../refresh-family-model.ts';
import { type RefreshStorm, startRefreshStorm } from '../refresh-storm.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const STORMS = 1000;
const AT_ONCE = 24;
/** Of how many storms one has a thief. */
const THIEF_IN = 10;
/** How long everybody rests after each step: to either side of the window, and on its edge. */
const RESTS = [4, WINDOW - 1, 3, WINDOW, WINDOW + 1] as const;
const WEB = DEMO_CLIENTS['notes-web'];
/** Plays the same again: what the message of a failure names. */
const SEED = Number(process.env.STORM_SEED ?? randomInt(2 ** 31));

interface PlayedFamily {
  readonly name: string;
  readonly storm: RefreshStorm;
  readonly model: RefreshFamilyModel;
  readonly thief: boolean;
}

describe(`${STORMS} storms of refreshes on three replicas`, () => {
  let world: TokenWorld;
  before(async () => {
    world = await startTokenWorld({ replicas: 3 });
  });
  after(() => world.stop());

  it('sign out nobody whose token was not stolen, and end and record every theft', async (t) => {
    let offsetSeconds = 0;
    const now = () => new Date(offsetSeconds * 1000);
    const rest = (seconds: number) => {
      offsetSeconds += seconds;
      world.advance(seconds);
    };
    const play = (family: PlayedFamily, step: (storm: RefreshStorm) => Promise<void>) =>
      step(family.storm).catch((cause: unknown) => {
        throw new Error(`STORM_SEED=${SEED} plays it again: ${family.name}`, { cause });
      });

    await world.atOnce(async () => {
      const tokens = await beginFamilies(world, STORMS);
      let requests = 0;
      const families = tokens.map((token, index): PlayedFamily => {
        const random = createSeededRandom(SEED + index * 7919);
        const name = `storm-${String(index).padStart(4, '0')}`;
        const model = modelRefreshFamily(token, { windowSeconds: WINDOW, now });
        const thief = index % THIEF_IN === 0;
        const refresh = (used: string) => {
          requests += 1;
          return askAnyReplica(world, random.below(3), used, name);
        };
        const storm = startRefreshStorm({
          random,
          model,
          thief,
          windowSeconds: WINDOW,
          now,
          refresh,
        });
        return { name, storm, model, thief };
      });

      for (const seconds of RESTS) {
        await forEach(families, (family) => play(family, (storm) => storm.play(seconds)));
        rest(seconds);
      }
      // Whoever waits for an answer was to ask again before the last rest.
      await forEach(families, (family) => play(family, (storm) => storm.end()));

      const stolen = families.filter(({ model }) => model.stolen);
      const names = stolen.map(({ name }) => name);
      assert.ok(
        stolen.every(({ thief }) => thief),
        'only what was copied can be stolen',
      );
      for (const kind of ['refresh_token.reused', 'grant.revoked'] as const) {
        const audited = await stormsWith(world, kind);
        assert.deepEqual(audited, names, `${kind}, STORM_SEED=${SEED}`);
      }
      // Nothing of a stolen family is of use to anybody.
      await forEach(stolen, ({ name, model }) =>
        Promise.all(
          model.tokens.slice(-3).map(async (token) => {
            assert.equal(await world.isActive(token), false, `${name}, STORM_SEED=${SEED}`);
          }),
        ).then(() => undefined),
      );

      const sum = (what: 'lost' | 'doubled') =>
        families.reduce((total, { storm }) => total + storm.suffered[what], 0);
      t.diagnostic(
        `seed ${SEED}: ${requests} refreshes, ${sum('doubled')} doubled, ${sum('lost')} without an answer; ` +
          `${STORMS / THIEF_IN} thieves, ${stolen.length} families stolen`,
      );
      assert.ok(stolen.length > STORMS / THIEF_IN / 3, 'hardly a thief was noticed');
    });
  });
});

/**
 * First refresh tokens of families of their own, as one sign-in has them: a thousand sign-ins
 * would take longer than all storms.
 */
async function beginFamilies(world: TokenWorld, count: number): Promise<string[]> {
  const { status, json, text } = await world.ask(0, '/token', await world.newCode());
  assert.equal(status, 200, text);
  const { artifacts, tenants } = world.deployment.backends;
  const tenant = await tenants.findBySlug('default');
  assert.ok(tenant);
  const startedAt = new Date();
  const stored = async (model: ArtifactModel, id: string) => {
    const found = await artifacts.find(tenant.id, model, sha256(id));
    assert.ok(found, model);
    return found;
  };
  const token = await stored('RefreshToken', String(json.refresh_token));
  const { grantId, accountId } = token.payload;
  const grant = await stored('Grant', String(grantId));

  const begun: string[] = [];
  const newId = () => randomBytes(32).toString('base64url');
  const family = { tenantId: tenant.id, accountId: String(accountId), startedAt };
  await forEach(Array.from({ length: count }), async () => {
    const [id, refreshToken] = [newId(), newId()];
    const under = { ...family, grantKey: sha256(id) };
    const { expiresAt } = grant;
    await artifacts.save({
      ...under,
      model: 'Grant',
      key: sha256(id),
      payload: grant.payload,
      expiresAt,
    });
    await artifacts.save({
      ...under,
      model: 'RefreshToken',
      key: sha256(refreshToken),
      payload: { ...token.payload, grantId: id },
      expiresAt: token.expiresAt,
    });
    begun.push(refreshToken);
  });
  return begun;
}

/** The id of the request says in the audit log which storm it was of. */
function askAnyReplica(world: TokenWorld, at: number, token: string, name: string) {
  const replica = world.deployment.replicas[at];
  assert.ok(replica);
  return askReplica(world.deployment, replica, '/token', {
    form: { grant_type: 'refresh_token', refresh_token: token },
    client: WEB,
    headers: { 'x-request-id': name },
  });
}

async function stormsWith(world: TokenWorld, kind: AuditEventKind): Promise<string[]> {
  for (const { backends } of world.deployment.replicas) await backends.audit.flush();
  const names = new Set<string>();
  let before: string | undefined;
  do {
    const page = await world.deployment.backends.audit.list({
      kinds: [kind],
      limit: 100,
      ...(before === undefined ? {} : { before }),
    });
    for (const { requestId } of page) names.add(String(requestId));
    before = page.at(-1)?.id;
  } while (before !== undefined);
  return [...names].sort();
}

/** Does it for all, a few of them at once. */
async function forEach<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const waiting = all.values();
  const one = async () => {
    for (const next of waiting) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}
