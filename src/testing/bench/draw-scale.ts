/**
 * `node src/testing/bench/draw-scale.ts RESULTS.json PICTURE.svg`: the picture of `docs/scale.md`,
 * of what `npm run bench:tenants -- --json RESULTS.json` measured. Its colours follow the reader's.
 */
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { BOUNDS, type TenantResults } from './tenant-report.ts';

const WIDTH = 960;
const HEIGHT = 372;
const PLOT = { top: 92, bottom: 312, width: 232 } as const;
/** Where the name of each line stands, from the left of its panel. */
const NAMES = [0, 146] as const;
const LEFT = [62, 384, 706] as const;
const MIB = 1024 * 1024;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .small { fill: #59636e }
  .grid { stroke: #d1d9e0 }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
  .a { stroke: #0969da } .a-dot, text.a-name { fill: #0969da }
  .b { stroke: #bc4c00 } .b-dot, text.b-name { fill: #bc4c00 }
  .bound { stroke: #d1242f; stroke-width: 1.5; stroke-dasharray: 5 4 }
  text.bound-name { fill: #d1242f }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .small { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .a { stroke: #4493f8 } .a-dot, text.a-name { fill: #4493f8 }
    .b { stroke: #f0883e } .b-dot, text.b-name { fill: #f0883e }
    .bound { stroke: #ff7b72 } text.bound-name { fill: #ff7b72 }
  }`;

interface Point {
  /** Tenants; drawn by their logarithm. */
  readonly at: number;
  readonly value: number;
}

interface Line {
  readonly kind: 'a' | 'b';
  readonly name: string;
  readonly points: readonly Point[];
}

interface Panel {
  readonly title: string;
  readonly under: string;
  readonly lines: readonly Line[];
  readonly ticks: readonly number[];
  readonly tickText: (tick: number) => string;
  readonly along: string;
  /** Tenants at the right end. */
  readonly last: number;
  readonly bound?: { readonly value: number; readonly name: string };
}

if (import.meta.main) {
  const [source, target] = process.argv.slice(2);
  if (source === undefined || target === undefined) throw new Error('RESULTS.json PICTURE.svg');
  await writeFile(target, drawScale(JSON.parse(await readFile(source, 'utf8'))));
}

/** @returns an SVG of three panels: throughput, p99 and memory by active tenants */
function drawScale(results: TenantResults): string {
  const { curve, memory, walk, small, tenants } = results;
  const machines = curve['client credentials'];
  const people = curve['code and refresh'];
  const active = Math.max(...machines.map((point) => point.active));
  const both = (read: (point: (typeof machines)[number]) => number): Line[] => [
    {
      kind: 'a',
      name: 'client credentials',
      points: machines.map((point) => ({ at: point.active, value: read(point) })),
    },
    {
      kind: 'b',
      name: 'code and refresh',
      points: people.map((point) => ({ at: point.active, value: read(point) })),
    },
  ];
  const p99 = both((point) => point.p99);
  const inMib = (points: readonly { at: number; used: number }[]): Point[] =>
    points.map(({ at, used }) => ({ at, value: used / MIB }));
  const roomy = inMib(memory.slice(1).map((one) => ({ at: one.active, used: one.used })));
  const cramped = inMib(walk.map((one) => ({ at: one.met, used: one.used })));
  const panels: Panel[] = [
    {
      title: 'Throughput',
      under: 'of one active tenant, by the replica’s CPU',
      lines: both((point) => point.ratio * 100),
      ticks: [0, 25, 50, 75, 100],
      tickText: (tick) => `${tick} %`,
      along: 'active tenants',
      last: active,
      bound: { value: BOUNDS.ratioAt100 * 100, name: 'bound at 100 tenants' },
    },
    {
      title: 'Latency',
      under: 'p99 in ms, 8 requests under way',
      lines: p99,
      ticks: ticksUpTo(Math.max(...p99.flatMap(({ points }) => points.map(({ value }) => value)))),
      tickText: String,
      along: 'active tenants',
      last: active,
    },
    {
      title: 'Memory',
      under: 'MB in use by one replica',
      lines: [
        { kind: 'a', name: 'all in the pool', points: roomy },
        { kind: 'b', name: `pool of ${small.pool}`, points: cramped },
      ],
      ticks: ticksUpTo(Math.max(...[...roomy, ...cramped].map(({ value }) => value))),
      tickText: String,
      along: 'tenants, active or met',
      last: tenants,
    },
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">
<title>Gatehouse by active tenants: throughput, p99 and memory of one replica</title>
<style>${STYLE}
</style>
${panels.map((panel, at) => drawPanel(panel, LEFT[at] ?? 0)).join('\n')}
</svg>
`;
}

function drawPanel(panel: Panel, left: number): string {
  const { title, under, ticks, tickText, along, last, lines, bound } = panel;
  const top = ticks.at(-1) ?? 1;
  const x = (at: number) => round(left + (Math.log10(at) / Math.log10(last)) * PLOT.width);
  const y = (value: number) =>
    round(PLOT.bottom - (Math.min(value, top * 1.05) / top) * (PLOT.bottom - PLOT.top));
  const right = left + PLOT.width;
  const decades = Array.from({ length: Math.log10(last) + 1 }, (_, power) => 10 ** power);
  const parts = [
    text(left - 46, 24, title, 'title'),
    text(left - 46, 44, under, 'small'),
    ...ticks.flatMap((tick) => [
      rule(left, right, y(tick), 'grid'),
      text(left - 8, y(tick) + 4, tickText(tick), 'small', 'end'),
    ]),
    ...decades.map((at) =>
      text(x(at), PLOT.bottom + 20, at.toLocaleString('en'), 'small', 'middle'),
    ),
    text(left + PLOT.width / 2, PLOT.bottom + 42, along, 'small', 'middle'),
    ...(bound === undefined
      ? []
      : [
          rule(left, right, y(bound.value), 'bound'),
          text(left + 4, y(bound.value) + 18, bound.name, 'bound-name'),
        ]),
    ...lines.flatMap((line, at) => drawLine(line, x, y, left - 40 + (NAMES[at] ?? 0))),
  ];
  return `<g>\n${parts.join('\n')}\n</g>`;
}

function drawLine(
  { kind, name, points }: Line,
  x: (at: number) => number,
  y: (value: number) => number,
  nameAt: number,
): string[] {
  const dot = (cx: number, cy: number) =>
    `<circle class="${kind}-dot" cx="${cx}" cy="${cy}" r="3.5"/>`;
  const way = points.map(({ at, value }) => `${x(at)},${y(value)}`).join(' ');
  return [
    dot(nameAt, 62),
    text(nameAt + 9, 66, name, `${kind}-name`),
    `<polyline class="line ${kind}" points="${way}"/>`,
    ...points.map(({ at, value }) => dot(x(at), y(value))),
  ];
}

/** Four steps to a round number that is no less. */
function ticksUpTo(most: number): number[] {
  const unit = 10 ** Math.floor(Math.log10(most));
  const step = [0.25, 0.5, 1, 1.5, 2].map((part) => part * unit).find((one) => one * 4 >= most);
  return Array.from({ length: 5 }, (_, at) => at * (step ?? 2.5 * unit));
}

function rule(from: number, to: number, y: number, kind: string): string {
  return `<line class="${kind}" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>`;
}

function text(x: number, y: number, words: string, kind: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
