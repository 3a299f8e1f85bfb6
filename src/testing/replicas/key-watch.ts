import { setTimeout as delay } from 'node:timers/promises';
import type { Knex } from 'knex';
import { SHORT_KEY_TIMES } from './key-times.ts';

const LOOK_MS = 100;
/** Beyond its time, a step waits for a look (1 s), a killed keeper's successor, and a busy machine. */
const LATE_MS = 6000;

interface KeyRow {
  readonly set: string;
  readonly slug: string;
  readonly kid: string;
  readonly stage: 'next' | 'active' | 'retiring';
  readonly created_at: Date;
  readonly stage_since: Date;
}

/** What was seen of one key. */
interface Life {
  readonly set: string;
  readonly slug: string;
  readonly createdAt: number;
  activeSince?: number;
  retiredSince?: number;
  gone?: boolean;
}

/**
 * Looks at the signing keys in PostgreSQL all the time, and says what was against the rules: more
 * than one that signs or waits, two new ones in one period, a stage that was too short.
 */
export class KeyWatch {
  readonly #lives = new Map<string, Life>();
  readonly #problems = new Set<string>();
  #going = true;
  #watching: Promise<void> = Promise.resolve();

  static async begin(db: Knex): Promise<KeyWatch> {
    const watch = new KeyWatch();
    await watch.#look(db);
    watch.#watching = watch.#watch(db);
    return watch;
  }

  async end(): Promise<void> {
    this.#going = false;
    await this.#watching;
  }

  /** Keys of a tenant that were published, signed, retired and are gone. */
  wholeLives(slug: string): number {
    return [...this.#lives.values()].filter((life) => life.slug === slug && isWhole(life)).length;
  }

  summary(): string {
    const lives = [...this.#lives.values()];
    return `${lives.length} keys in ${new Set(lives.map(({ set }) => set)).size} sets, ${lives.filter(isWhole).length} of them from beginning to end`;
  }

  problems(): string[] {
    return [...this.#problems, ...periodsOf([...this.#lives.values()])];
  }

  async #watch(db: Knex): Promise<void> {
    while (this.#going) {
      await this.#look(db);
      await delay(LOOK_MS);
    }
  }

  async #look(db: Knex): Promise<void> {
    const { rows } = await db.raw<{ rows: KeyRow[] }>(
      `select t.slug || ' ' || k.algorithm as set, t.slug, k.kid, k.stage, k.created_at, k.stage_since
         from signing_keys k join tenants t on t.id = k.tenant_id`,
    );
    for (const [set, keys] of Map.groupBy(rows, (row) => row.set)) {
      const active = keys.filter(({ stage }) => stage === 'active').length;
      const next = keys.filter(({ stage }) => stage === 'next').length;
      if (active !== 1) this.#problems.add(`${active} keys of ${set} sign`);
      if (next > 1) this.#problems.add(`${next} keys of ${set} wait`);
    }
    for (const row of rows) this.#note(row);
    const there = new Set(rows.map(({ kid }) => kid));
    for (const [kid, life] of this.#lives) life.gone = !there.has(kid);
  }

  #note({ set, slug, kid, stage, created_at: createdAt, stage_since: since }: KeyRow): void {
    const life = this.#lives.get(kid) ?? { set, slug, createdAt: createdAt.getTime() };
    this.#lives.set(kid, life);
    if (stage === 'active') life.activeSince = since.getTime();
    if (stage === 'retiring') life.retiredSince = since.getTime();
  }
}

function isWhole({ activeSince, retiredSince, gone }: Life): boolean {
  return activeSince !== undefined && retiredSince !== undefined && gone === true;
}

/** The first key of a set signs at once; each later one is published, and made, in its time. */
function periodsOf(lives: readonly Life[]): string[] {
  const problems: string[] = [];
  const { publishSeconds, rotateSeconds = 0 } = SHORT_KEY_TIMES;
  for (const [set, keys] of Map.groupBy(lives, (life) => life.set)) {
    const inOrder = keys.toSorted((a, b) => a.createdAt - b.createdAt);
    for (const [index, { createdAt, activeSince }] of inOrder.entries()) {
      const before = inOrder[index - 1];
      // Of a key that retired before it was seen, nothing is known.
      if (before?.activeSince === undefined) continue;
      const first = before.activeSince === before.createdAt;
      const expected = (rotateSeconds - (first ? publishSeconds : 0)) * 1000;
      const period = createdAt - before.createdAt;
      if (period < expected || period > expected + 2 * LATE_MS) {
        problems.push(`${set}: a key was made ${period} ms after the one before it`);
      }
      if (activeSince !== undefined && activeSince - createdAt < publishSeconds * 1000) {
        problems.push(`${set}: a key signed ${activeSince - createdAt} ms after it was made`);
      }
    }
  }
  return problems;
}
