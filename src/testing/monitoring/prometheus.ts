import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { freePort } from '../free-port.ts';
import { unpackedProgram } from '../unpacked-debian.ts';
import { startProgram } from './programs.ts';

const SHIPPED = fileURLToPath(new URL('../../../deploy/prometheus', import.meta.url));
/** Instead of the 15 s that are shipped, for somebody waits. */
const INTERVAL = '1s';

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Undefined of a series alone. */
  readonly value: number | undefined;
}

export interface TestPrometheus {
  readonly url: string;
  /** @throws Error with Prometheus's own words, when it is no expression */
  query(expression: string): Promise<readonly Series[]>;
  /** Writes `targets/<name>.yml` anew. */
  setTargets(name: string, groups: unknown): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts Prometheus with `prometheus.host.yml`, rules and all, as it ships: but for the addresses, and
 * for its intervals.
 *
 * @param options.targets - content of `targets/<name>.yml`
 * @param options.blackbox - address of blackbox_exporter
 * @param options.command - default: Debian's
 */
export async function startPrometheus(options: {
  targets: Readonly<Record<string, unknown>>;
  blackbox: string;
  command?: string;
}): Promise<TestPrometheus> {
  const command =
    options.command ?? (await unpackedProgram({ package: 'prometheus', program: 'prometheus' }));
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-prometheus-'));
  await cp(SHIPPED, directory, { recursive: true });
  const port = await freePort();
  const configuration = parse(await readFile(join(directory, 'prometheus.host.yml'), 'utf8'));
  configuration.global = {
    scrape_interval: INTERVAL,
    scrape_timeout: INTERVAL,
    evaluation_interval: INTERVAL,
  };
  for (const job of configuration.scrape_configs) {
    delete job.scrape_interval;
    if (job.job_name === 'prometheus') job.static_configs = [{ targets: [`127.0.0.1:${port}`] }];
    for (const relabel of job.relabel_configs ?? []) {
      if (relabel.target_label === '__address__') relabel.replacement = options.blackbox;
    }
  }
  await writeFile(join(directory, 'prometheus.yml'), stringify(configuration));
  const setTargets = (name: string, groups: unknown) =>
    writeFile(join(directory, 'targets', `${name}.yml`), stringify(groups));
  for (const [name, groups] of Object.entries(options.targets)) await setTargets(name, groups);
  const program = await startProgram({
    command,
    port,
    args: () => [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    ready: '/-/ready',
  });
  return {
    url: program.url,
    setTargets,
    async query(expression) {
      const body = new URLSearchParams({ query: expression });
      const answer = await fetch(`${program.url}/api/v1/query`, { method: 'POST', body });
      const { status, error, data } = (await answer.json()) as Answer;
      if (status !== 'success' || data === undefined) throw new Error(`${error}: ${expression}`);
      if (data.resultType === 'scalar') return [{ metric: {}, value: undefined }];
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }));
    },
    async stop() {
      await program.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data?: {
    readonly resultType: string;
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value?: readonly [number, string];
    }[];
  };
}
