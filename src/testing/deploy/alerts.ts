import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { alertPlays, PLAYS, playAlerts, playsOfOthers, promtool } from './alert-plays.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const DIRECTORY = 'deploy/prometheus';
const RULES = ['recording.yml', 'alerts.yml'];
const CONFIGURATIONS = ['prometheus.yml', 'prometheus.host.yml', 'prometheus.swarm.yml'];
/** Fluent Bit is not in the stacks of a Swarm. */
const NOT_IN_A_SWARM = 'fluent-bit';

const inDirectory = (name: string) => `${DIRECTORY}/${name}`;

/** What a job is, but for where its targets are. */
async function jobsOf(name: string): Promise<{ name: unknown }[]> {
  const { scrape_configs: jobs } = parse(await readFile(join(ROOT, inDirectory(name)), 'utf8'));
  return jobs.map((job: Record<string, unknown>) => ({
    name: job.job_name,
    path: job.metrics_path,
    interval: job.scrape_interval,
  }));
}

/** Prometheus's rules and configuration, by its own checker. */
export const ALERTS: readonly Trial[] = [
  {
    artefact: 'alert rules',
    how: 'promtool check rules, and what alerts*.test.yml play to them; the same series of others, who have other jobs',
    covers: [...RULES, ...PLAYS].map(inDirectory),
    async run() {
      const program = await promtool();
      const { stdout } = await runProgram(program, ['check', 'rules', ...RULES.map(inDirectory)]);
      await runProgram(program, ['test', 'rules', ...PLAYS.map(inDirectory)]);
      const counts = [...stdout.matchAll(/SUCCESS: (\d+) rules/g)].map(([, count]) => count);
      const plays = await alertPlays();
      const rules = await Promise.all(
        RULES.map(async (name) => parse(await readFile(join(ROOT, inDirectory(name)), 'utf8'))),
      );
      for (const some of plays) await playAlerts(rules, playsOfOthers(some, 'job="another-'));
      const tests = plays.flatMap(({ tests: some }) => some);
      const moments = tests.flatMap((test) => test.alert_rule_test).length;
      return `${counts[0]} recording rules and ${counts[1]} alerts; ${moments} moments played; of ${tests.length} others nothing is said`;
    },
  },
  {
    artefact: 'prometheus configuration',
    how: 'promtool check config of each; they have the same jobs',
    covers: [...CONFIGURATIONS, 'targets'].map(inDirectory),
    async run() {
      const program = await promtool();
      for (const name of CONFIGURATIONS) {
        await runProgram(program, ['check', 'config', inDirectory(name)]);
      }
      const [compose = [], host = [], swarm = []] = await Promise.all(CONFIGURATIONS.map(jobsOf));
      const inSwarm = host.filter(({ name }) => name !== NOT_IN_A_SWARM);
      if (!isDeepStrictEqual([compose, swarm], [host, inSwarm])) {
        throw new Error(`jobs differ: ${CONFIGURATIONS}`);
      }
      return `${host.length} jobs, for containers and for hosts, ${swarm.length} in a Swarm`;
    },
  },
];
