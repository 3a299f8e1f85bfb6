import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { DASHBOARDS } from './dashboards.ts';

const PROMETHEUS = new URL('../../../deploy/prometheus/', import.meta.url);

/** A rule of Prometheus that warns. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A rule that works something out. */
interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Something that is asked of Prometheus, and who asks. */
interface Expression {
  readonly where: string;
  readonly expr: string;
}

async function rulesOf<Rule>(name: string): Promise<Rule[]> {
  const file = parse(await readFile(new URL(name, PROMETHEUS), 'utf8'));
  return file.groups.flatMap((group: { rules: Rule[] }) => group.rules);
}

export const alertRules = (): Promise<AlertRule[]> => rulesOf('alerts.yml');
export const recordingRules = (): Promise<RecordingRule[]> => rulesOf('recording.yml');

/** What panels ask, with the interval that Grafana would put in. */
export function panelExpressions(interval = '1m'): Expression[] {
  return DASHBOARDS.flatMap(({ uid, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ title, queries }) =>
        queries.map(({ expr }) => ({
          where: `${uid}: ${title}`,
          expr: expr.replaceAll('$__rate_interval', interval),
        })),
      ),
    ),
  );
}

/** Everything that alerts, recording rules and dashboards ask. */
export async function allExpressions(): Promise<Expression[]> {
  const [alerts, recorded] = await Promise.all([alertRules(), recordingRules()]);
  return [
    ...alerts.map(({ alert, expr }) => ({ where: alert, expr })),
    ...recorded.map(({ record, expr }) => ({ where: record, expr })),
    ...panelExpressions(),
  ];
}
