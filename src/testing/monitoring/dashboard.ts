/**
 * Grafana's dashboards from short tables: what a panel shows is in `dashboards.ts`, how Grafana wants
 * to be told is here.
 */

/** A curve or a number: an expression of Prometheus, and what it is called. */
export interface Query {
  /** As in rules, each selector begins with the job. */
  readonly expr: string;
  /** With labels as `{{label}}`. */
  readonly legend: string;
}

/** From `at` upwards a value has this colour. */
interface Threshold {
  readonly at: number;
  readonly colour: 'orange' | 'red' | 'green';
}

interface Panel {
  readonly title: string;
  /** What it shows and what to do about it, for whoever sees it at night. */
  readonly description: string;
  /** Grafana's name of a unit. */
  readonly unit:
    | 'reqps'
    | 'ops'
    | 's'
    | 'percentunit'
    | 'bytes'
    | 'short'
    | 'none'
    | 'dateTimeFromNow';
  /** `lines` unless said. */
  readonly kind?: 'lines' | 'stacked' | 'stat' | 'table';
  /** Of 24; 12 unless said, 4 of a `stat`. */
  readonly width?: number;
  readonly queries: readonly Query[];
  /** Ascending; below the first one all is well. */
  readonly thresholds?: readonly Threshold[];
  /** Where below is worse than above: the colour of what is below all thresholds. */
  readonly below?: 'red' | 'green';
  /** Ends the row before it is full. */
  readonly last?: true;
}

export interface Dashboard {
  /** In its address, and the name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const GRID_WIDTH = 24;
const STAT_HEIGHT = 4;
const PANEL_HEIGHT = 8;
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
/** Grafana 11; newer ones read it, too. */
const SCHEMA_VERSION = 39;

/** A dashboard as Grafana's provisioning reads it. */
export function renderDashboard(dashboard: Dashboard): Record<string, unknown> {
  return {
    uid: dashboard.uid,
    title: dashboard.title,
    description: dashboard.description,
    tags: ['gatehouse'],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    links: [
      {
        title: 'Gatehouse',
        type: 'dashboards',
        tags: ['gatehouse'],
        asDropdown: true,
        keepTime: true,
        includeVars: true,
      },
    ],
    annotations: {
      list: [
        {
          name: 'Alerts',
          datasource: DATASOURCE,
          enable: true,
          iconColor: 'red',
          expr: inNamespace('ALERTS{alertname=~"Gatehouse.*",alertstate="firing"}'),
          titleFormat: '{{alertname}}',
          step: '60s',
        },
      ],
    },
    templating: {
      list: [
        {
          name: 'datasource',
          label: 'Prometheus',
          type: 'datasource',
          query: 'prometheus',
          current: {},
          hide: 0,
        },
        {
          name: 'namespace',
          label: 'Namespace',
          description: 'Of Kubernetes; elsewhere there is none, and nothing to choose.',
          type: 'query',
          datasource: DATASOURCE,
          query: { query: 'label_values(up{job="gatehouse"}, namespace)', refId: 'namespace' },
          refresh: 2,
          sort: 1,
          current: {},
          hide: 0,
        },
      ],
    },
    panels: renderRows(dashboard),
  };
}

/**
 * Selectors of the namespace that is chosen. Where there is none, Grafana puts in nothing, which is what
 * series without that label have.
 */
function inNamespace(expr: string): string {
  return expr.replaceAll(/\{(?=job=|alertname=)/g, '{namespace="$namespace",');
}

function renderRows({ rows }: Dashboard): Record<string, unknown>[] {
  const rendered: Record<string, unknown>[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    const id = rendered.length + 1;
    const gridPos: Place = { x: 0, y, w: GRID_WIDTH, h: 1 };
    rendered.push({ id, type: 'row', title, collapsed: false, gridPos, panels: [] });
    const { places, end } = placePanels(panels, y + 1);
    for (const [index, panel] of panels.entries()) {
      rendered.push(renderPanel(panel, rendered.length + 1, places[index]));
    }
    y = end;
  }
  return rendered;
}

/** From left to right, a new line where the next one does not fit. */
function placePanels(panels: readonly Panel[], top: number): { places: Place[]; end: number } {
  const places: Place[] = [];
  let [x, y, height] = [0, top, 0];
  for (const panel of panels) {
    const isStat = panel.kind === 'stat';
    const w = panel.width ?? (isStat ? 4 : 12);
    const h = isStat ? STAT_HEIGHT : PANEL_HEIGHT;
    if (x + w > GRID_WIDTH) [x, y, height] = [0, y + height, 0];
    places.push({ x, y, w, h });
    x = panel.last ? GRID_WIDTH : x + w;
    height = Math.max(height, h);
  }
  return { places, end: y + height };
}

function renderPanel(
  panel: Panel,
  id: number,
  gridPos: Place | undefined,
): Record<string, unknown> {
  const { title, description, kind = 'lines', unit, queries } = panel;
  const instant = kind === 'stat' || kind === 'table';
  return {
    id,
    type: kind === 'lines' || kind === 'stacked' ? 'timeseries' : kind,
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCodePoint('A'.charCodeAt(0) + index),
      datasource: DATASOURCE,
      expr: inNamespace(expr),
      legendFormat: legend,
      range: !instant,
      instant,
      ...(kind === 'table' ? { format: 'table' } : {}),
    })),
    fieldConfig: {
      defaults: { unit, min: unit === 'dateTimeFromNow' ? undefined : 0, ...colours(panel) },
      overrides: [],
    },
    options: OPTIONS[kind],
  };
}

const LEGEND = { displayMode: 'table', placement: 'right', calcs: ['lastNotNull', 'max'] };
const OPTIONS: Readonly<Record<NonNullable<Panel['kind']>, unknown>> = {
  lines: { legend: LEGEND, tooltip: { mode: 'multi', sort: 'desc' } },
  stacked: { legend: LEGEND, tooltip: { mode: 'multi', sort: 'desc' } },
  stat: { colorMode: 'value', graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'] } },
  table: { showHeader: true, cellHeight: 'sm' },
};

function colours({ kind = 'lines', thresholds = [], below = 'green' }: Panel) {
  const isCurve = kind === 'lines' || kind === 'stacked';
  return {
    color: { mode: isCurve ? 'palette-classic' : 'thresholds' },
    thresholds: {
      mode: 'absolute',
      steps: [
        { color: below, value: null },
        ...thresholds.map(({ at, colour }) => ({ color: colour, value: at })),
      ],
    },
    custom: isCurve
      ? {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: kind === 'stacked' ? 30 : 5,
          showPoints: 'never',
          spanNulls: false,
          stacking: { mode: kind === 'stacked' ? 'normal' : 'none', group: 'A' },
          thresholdsStyle: { mode: thresholds.length > 0 ? 'dashed' : 'off' },
        }
      : {},
  };
}
