/** What `npm run bench:tenants` found, as numbers, as tables, and held against its bounds. */
import type { LoadName } from './tenant-load.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Bounds of the blueprint's budgets, with room for the noise of a shared machine where a ratio is
 * to be 1.
 */
export const BOUNDS = {
  /** Throughput with 100 active tenants, of that with one. */
  ratioAt100: 0.55,
  /** A start with all tenants in the database, of one with a single tenant. */
  startRatio: 1.25,
  /** A look-up with all tenants, of one with a hundred. */
  lookupRatio: 1.5,
  idleRssBytes: 150 * MIB,
  /** What a tenant takes that has done everything once. */
  providerBytes: 160 * KIB,
  /** Beside the pool: what is known of tenants that are not in it. */
  besidePoolBytes: 24 * MIB,
} as const;

/** Medians over the rounds; ratios are taken round by round. */
export interface CurvePoint {
  readonly active: number;
  readonly perSecond: number;
  readonly perCpuSecond: number;
  /** Of `perCpuSecond` with one active tenant. */
  readonly ratio: number;
  readonly p50: number;
  readonly p99: number;
}

export interface TenantResults {
  readonly tenants: number;
  readonly rounds: number;
  readonly sliceMs: number;
  readonly node: string;
  readonly start: { readonly one: number; readonly all: number; readonly ratio: number };
  readonly lookups: readonly {
    readonly what: string;
    readonly few: number;
    readonly all: number;
    readonly ratio: number;
  }[];
  /** Of a replica whose pool holds all active tenants. */
  readonly memory: readonly {
    readonly active: number;
    readonly used: number;
    readonly rss: number;
  }[];
  /** Of a replica with a small pool, after so many tenants had asked for something. */
  readonly walk: readonly { readonly met: number; readonly used: number; readonly rss: number }[];
  readonly curve: Readonly<Record<LoadName, readonly CurvePoint[]>>;
  /** More active tenants than the pool holds. */
  readonly small: {
    readonly pool: number;
    readonly active: number;
    /** Of the throughput of a replica whose pool holds them. */
    readonly ratio: number;
    readonly p50: number;
    readonly p99: number;
  };
  /** Tenants that a replica meets all at once, just started. */
  readonly cold: {
    readonly tenants: number;
    readonly atOnce: number;
    readonly seconds: number;
    readonly p50: number;
    readonly p99: number;
    /** Times that a request was told to come again. */
    readonly refused: number;
  };
}

/** Sentences about what is over its bound; none when all is well. */
export function brokenBounds(results: TenantResults): string[] {
  const { start, lookups, memory, walk, curve, small } = results;
  const broken: string[] = [];
  const expect = (holds: boolean, sentence: string) => {
    if (!holds) broken.push(sentence);
  };
  expect(start.ratio <= BOUNDS.startRatio, `start-up is not flat: ratio ${fixed(start.ratio)}`);
  for (const { what, ratio } of lookups) {
    expect(ratio <= BOUNDS.lookupRatio, `${what} is not flat: ratio ${fixed(ratio)}`);
  }
  const [idle] = memory;
  expect(
    idle !== undefined && idle.rss <= BOUNDS.idleRssBytes,
    `an idle replica takes ${inMib(idle?.rss)} MB`,
  );
  const each = bytesPerProvider(results);
  expect(each <= BOUNDS.providerBytes, `a tenant in the pool takes ${Math.round(each / KIB)} KiB`);
  const most = Math.max(...walk.map(({ used }) => used));
  const allowed = (idle?.used ?? 0) + small.pool * BOUNDS.providerBytes + BOUNDS.besidePoolBytes;
  expect(most <= allowed, `a pool of ${small.pool} grew to ${inMib(most)} MB`);
  const at100 = curve['client credentials'].find(({ active }) => active === 100);
  expect(
    at100 !== undefined && at100.ratio >= BOUNDS.ratioAt100,
    `with 100 active tenants throughput is ${percent(at100?.ratio)} of that with one`,
  );
  return broken;
}

/** Between ten active tenants and the most: the first ones warm what all share. */
function bytesPerProvider({ memory }: Pick<TenantResults, 'memory'>): number {
  const ten = memory.find(({ active }) => active === 10);
  const most = memory.at(-1);
  if (ten === undefined || most === undefined || most.active === ten.active) return 0;
  return (most.used - ten.used) / (most.active - ten.active);
}

/** The report, in Markdown. */
export function renderReport(results: TenantResults): string {
  const { tenants, rounds, sliceMs, node, start, lookups, memory, walk, curve, small, cold } =
    results;
  const sections = [
    `${tenants.toLocaleString('en')} tenants in the database; ${rounds} rounds of ${sliceMs} ms slices, Node ${node}. Speeds are medians; ratios are taken round by round.`,
    table(
      ['flow', 'active tenants', 'of one', 'per CPU second', 'per second', 'p50 ms', 'p99 ms'],
      Object.entries(curve).flatMap(([flow, points]) =>
        points.map((point) => [
          flow,
          point.active.toLocaleString('en'),
          percent(point.ratio),
          Math.round(point.perCpuSecond),
          Math.round(point.perSecond),
          fixed(point.p50),
          fixed(point.p99),
        ]),
      ),
    ),
    table(
      ['active tenants', 'used MB', 'resident MB'],
      memory.map(({ active, used, rss }) => [active.toLocaleString('en'), inMib(used), inMib(rss)]),
    ),
    `A tenant in the pool: ${Math.round(bytesPerProvider(results) / KIB)} KiB.`,
    table(
      [`tenants met, pool of ${small.pool}`, 'used MB', 'resident MB'],
      walk.map(({ met, used, rss }) => [met.toLocaleString('en'), inMib(used), inMib(rss)]),
    ),
    `A pool of ${small.pool} with ${small.active} active tenants: ${percent(small.ratio)} of the throughput of a pool that holds them; p50 ${fixed(small.p50)} ms, p99 ${fixed(small.p99)} ms.`,
    `${cold.tenants} tenants met at once, ${cold.atOnce} requests under way, by a replica just started: all answered after ${fixed(cold.seconds)} s, p50 ${fixed(cold.p50)} ms, p99 ${fixed(cold.p99)} ms; told to come again: ${cold.refused} times.`,
    table(
      ['', 'few tenants', 'all', 'ratio'],
      [
        ['start to ready, ms', Math.round(start.one), Math.round(start.all), fixed(start.ratio)],
        ...lookups.map(({ what, few, all, ratio }) => [
          `${what}, ms`,
          fixed(few),
          fixed(all),
          fixed(ratio),
        ]),
      ],
    ),
  ];
  return `${sections.join('\n\n')}\n`;
}

function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]) {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const rule = headings.map((_, at) => (at === 0 ? '---' : '---:'));
  return [line(headings), line(rule), ...rows.map(line)].join('\n');
}

function fixed(value: number): string {
  return value.toFixed(2);
}

function percent(ratio: number | undefined): string {
  return ratio === undefined ? '?' : `${Math.round(ratio * 100)} %`;
}

function inMib(bytes: number | undefined): string {
  return bytes === undefined ? '?' : (bytes / MIB).toFixed(0);
}
