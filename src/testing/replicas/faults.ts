import { setTimeout as delay } from 'node:timers/promises';
import { clockAhead } from './clock-ahead.ts';
import type { Fleet } from './fleet.ts';
import { replace } from './replace.ts';
import { upgradeAndGoBack } from './rolling-upgrade.ts';
import type { Stretch } from './samples.ts';
import { stormOfSignIns } from './storm.ts';

/** People who sign in within the same second, or try to. */
const STORM = 300;
/** By which each answer of a slow PostgreSQL is late: enough to have its connections all taken. */
const SLOW_MS = 200;

/** Longer than a refresh token may be sent again. */
const FULL_MS = 11_000;

/** Shorter than anybody's patience: whoever waits is answered in the end. */
const STALL_MS = 2500;

/** What the clients saw: in the quiet before a fault, while it lasts, and once it is over. */
interface Seen {
  readonly before: Stretch;
  readonly during: Stretch;
  readonly after: Stretch;
}

/** Something that goes wrong, and what clients may notice of it. */
export interface Fault {
  readonly name: string;
  /** What may fail, in words for the table. */
  readonly allowed: string;
  /** Breaks something and mends it again; the load goes on meanwhile. */
  readonly happen: (fleet: Fleet) => Promise<void>;
  /** Whether what the clients saw is within bounds. */
  readonly isWithin: (seen: Seen, people: number) => boolean;
  /** People have to sign in again, and nothing else. */
  readonly losesSessions?: boolean;
}

const NOTHING = ({ during }: Seen) => Object.keys(during.failed).length === 0;
/** Refusals that say "later", and nothing else. */
const only503 = ({ during }: Seen) =>
  Object.keys(during.failed).every((outcome) => outcome === '503');
/** Back to the waiting times from before the storm. */
const isAsBefore = (seen: Seen) => only503(seen) && seen.after.p99 < 5 * seen.before.p99 + 250;
const failures = ({ during }: Seen) =>
  Object.values(during.failed).reduce((sum, count) => sum + (count ?? 0), 0);

/** Everything that is tried, in this order. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'none',
    allowed: 'nothing',
    happen: () => delay(8000),
    isWithin: NOTHING,
  },
  {
    name: 'a replica is killed',
    allowed: 'requests in flight on it',
    async happen(fleet) {
      const [victim] = fleet.replicas;
      victim?.process.child.kill('SIGKILL');
      await delay(3000);
      await fleet.start(0);
    },
    isWithin: (seen, people) => failures(seen) <= people,
  },
  {
    name: 'a replica stalls for 10 s',
    allowed: 'requests that it had taken, and those that find out (one each 5 s)',
    async happen(fleet) {
      const stalled = fleet.replicas[1]?.process.child;
      stalled?.kill('SIGSTOP');
      await delay(10_000);
      stalled?.kill('SIGCONT');
      await delay(2000);
    },
    isWithin: (seen, people) => failures(seen) <= 2 * people,
  },
  {
    name: 'replicas stall for 2.5 s, in turn',
    allowed: '503 for requests that were under way',
    async happen(fleet) {
      for (const index of [0, 1, 2, 0, 1, 2]) {
        const stalled = fleet.replicas[index]?.process.child;
        stalled?.kill('SIGSTOP');
        await delay(STALL_MS);
        stalled?.kill('SIGCONT');
        await delay(500);
      }
    },
    isWithin: only503,
  },
  {
    name: 'Redis restarts',
    allowed: '503 while it is away',
    happen: (fleet) => fleet.redis.restart(),
    isWithin: only503,
  },
  {
    name: 'Redis fails over to its replica',
    allowed: '503 while it is away; sessions of the last moment',
    happen: (fleet) => fleet.redis.failOver(),
    isWithin: only503,
    losesSessions: true,
  },
  {
    name: 'Redis hangs, fails over, and wakes up',
    allowed: '503 while it is away; sessions of the last moment',
    happen: (fleet) => fleet.redis.hang(),
    isWithin: only503,
    losesSessions: true,
  },
  {
    name: 'Redis is full for 11 s',
    allowed: '503',
    async happen(fleet) {
      const free = await fleet.redis.fill();
      await delay(FULL_MS);
      await free();
    },
    isWithin: only503,
  },
  {
    name: 'Redis is emptied',
    allowed: 'sessions; nothing else',
    async happen(fleet) {
      await fleet.redis.empty();
      await delay(4000);
    },
    isWithin: NOTHING,
    losesSessions: true,
  },
  {
    name: 'PostgreSQL restarts',
    allowed: '503 while it is away',
    happen: (fleet) => fleet.database.restart(),
    isWithin: only503,
  },
  {
    name: 'PostgreSQL crashes',
    allowed: '503 while it is away',
    happen: (fleet) => fleet.database.crash(),
    isWithin: only503,
  },
  {
    name: 'PostgreSQL says nothing for 6 s',
    allowed: '503',
    async happen(fleet) {
      fleet.database.door.silence();
      await delay(6000);
      await fleet.database.door.restore();
    },
    isWithin: only503,
  },
  {
    name: 'PostgreSQL is slow, and many people sign in',
    allowed: '503 with Retry-After; then all is as before',
    async happen(fleet) {
      fleet.database.door.slow(SLOW_MS);
      await stormOfSignIns(fleet.publicUrl, STORM);
      await fleet.database.door.restore();
    },
    isWithin: isAsBefore,
  },
  {
    name: 'every connection to PostgreSQL is reset',
    allowed: '503 for what was under way',
    async happen(fleet) {
      for (let times = 0; times < 5; times += 1) {
        await fleet.database.door.refuse();
        await fleet.database.door.restore();
        await delay(1000);
      }
    },
    isWithin: only503,
  },
  {
    name: 'replicas are replaced one by one',
    allowed: 'nothing',
    async happen(fleet) {
      for (const index of fleet.replicas.keys()) await replace(fleet, index);
    },
    isWithin: NOTHING,
  },
  {
    name: 'clocks are 30 s apart',
    allowed: 'nothing',
    async happen(fleet) {
      await replace(fleet, 1, { env: await clockAhead(30) });
      await delay(8000);
      await replace(fleet, 1);
    },
    isWithin: NOTHING,
  },
  {
    name: 'the disk of PostgreSQL is full for 5 s',
    allowed: '503',
    async happen(fleet) {
      const free = await fleet.database.fillDisk();
      await delay(5000);
      await free();
      await delay(1000);
    },
    isWithin: only503,
  },
  {
    name: 'many more people sign in than can be served',
    allowed: '503 with Retry-After; then all is as before',
    happen: (fleet) => stormOfSignIns(fleet.publicUrl, STORM),
    isWithin: isAsBefore,
  },
  {
    name: 'a new signing key is published',
    allowed: 'nothing',
    async happen(fleet) {
      const { code, stderr } = await fleet.cli.run('keys', 'rotate');
      if (code !== 0) throw new Error(stderr);
      await delay(5000);
    },
    isWithin: NOTHING,
  },
  {
    name: 'an upgrade, replica by replica, and back',
    allowed: 'nothing',
    happen: upgradeAndGoBack,
    isWithin: NOTHING,
  },
];
