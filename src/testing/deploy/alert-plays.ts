import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { debianProgram } from './debian.ts';
import { ROOT, runProgram } from './trial.ts';

/** What is played to the alerts, minute by minute, and over days with longer steps. */
export const PLAYS = ['alerts.test.yml', 'alerts-of-days.test.yml'] as const;

/** Series over time, and what alerts have to say to them. */
interface Play {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly {
    readonly eval_time: string;
    readonly alertname: string;
    readonly exp_alerts: readonly {
      readonly exp_labels: Readonly<Record<string, string>>;
      readonly exp_annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

/** Plays, and how often rules are worked out meanwhile. */
interface Plays {
  readonly evaluation_interval: string;
  readonly tests: readonly Play[];
}

type Labels = Readonly<Record<string, string>>;

/** Where others' series are all that there is, nothing is said but this. */
const NOBODY_HERE = 'GatehouseNoReplica';
/** Nothing is to be said of others whenever one looks. */
const SELDOM = '5m';

export const promtool = () => debianProgram({ package: 'prometheus', program: 'promtool' });

export async function alertPlays(): Promise<Plays[]> {
  const texts = PLAYS.map((name) => readFile(join(ROOT, 'deploy/prometheus', name), 'utf8'));
  return (await Promise.all(texts)).map((text) => parse(text));
}

/** The series of a play with other labels: `to` stands where `job="` did. */
function relabelled(play: Play, to: string): Play['input_series'] {
  return play.input_series.map(({ series, values }) => {
    return { series: series.replace('{job="', `{${to}`), values };
  });
}

/**
 * Plays over the series of others alone: of them there is nothing to say.
 *
 * @param others - the labels that tell them from ours
 * @param own - what alerts say where they look
 */
export function playsOfOthers({ tests }: Plays, others: string, own: Labels = {}): Plays {
  const exp_annotations = {
    summary: 'No replica answers: nobody can sign in, no token is issued.',
    runbook: 'docs/runbooks/replica-down.md',
  };
  const exp_labels = { severity: 'critical', ...own };
  const nobody = {
    eval_time: '20m',
    alertname: NOBODY_HERE,
    exp_alerts: [{ exp_labels, exp_annotations }],
  };
  const of = (play: Play): Play => {
    const silent = play.alert_rule_test
      .filter(({ alertname }) => alertname !== NOBODY_HERE)
      .map((test) => ({ ...test, exp_alerts: [] }));
    const input_series = relabelled(play, others);
    return { ...play, input_series, alert_rule_test: [...silent, nobody] };
  };
  return { evaluation_interval: SELDOM, tests: tests.map(of) };
}

/** Plays in a namespace, beside another one with the same jobs: each alert says which it is of. */
export function playsInNamespace(plays: Plays, namespace: string, other: string): Plays {
  const here = (play: Play): Play => ({
    ...play,
    input_series: [namespace, other].flatMap((name) =>
      relabelled(play, `namespace="${name}",job="`),
    ),
    alert_rule_test: play.alert_rule_test.map((test) => ({
      ...test,
      exp_alerts: test.exp_alerts.map((alert) => ({
        ...alert,
        exp_labels: { ...alert.exp_labels, namespace },
      })),
    })),
  });
  return { ...plays, tests: plays.tests.map(here) };
}

/**
 * Plays them to rules.
 *
 * @param rules - what each file of rules holds
 * @throws Error with what promtool says when an alert says something else
 */
export async function playAlerts(rules: readonly unknown[], plays: Plays): Promise<void> {
  const program = await promtool();
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-alerts-'));
  try {
    const files = rules.map((_, index) => `rules-${index}.yml`);
    for (const [index, file] of files.entries()) {
      await writeFile(join(home, file), stringify(rules[index]));
    }
    await writeFile(join(home, 'plays.yml'), stringify({ ...plays, rule_files: files }));
    await runProgram(program, ['test', 'rules', join(home, 'plays.yml')]);
  } finally {
    await rm(home, { recursive: true });
  }
}
