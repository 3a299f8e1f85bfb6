import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { closeServer, listen } from '../../http/create-http-server.ts';
import { startProgram } from '../monitoring/programs.ts';
import { pollUntil } from '../poll.ts';
import { debianProgram } from './debian.ts';
import { goTool } from './go-tools.ts';
import { NotToBeHad, ROOT, runProgram, type Trial } from './trial.ts';

const FILE = 'deploy/alertmanager/alertmanager.yml';
const AMTOOL = { module: 'github.com/prometheus/alertmanager/cmd/amtool', version: 'v0.35.0' };
/** Longer than `group_wait` of what is critical. */
const DEADLINE_MS = 40_000;

interface Notification {
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** Who is told of alerts. */
export const ALERTMANAGER: readonly Trial[] = [
  {
    artefact: 'alertmanager',
    how: 'amtool check-config (current), and Debian’s Alertmanager telling a webhook of an alert, and not of what follows from it',
    covers: ['deploy/alertmanager'],
    async run() {
      await runProgram(await goTool(AMTOOL), ['check-config', FILE]);
      const command = await debianProgram({
        package: 'prometheus-alertmanager',
        program: 'prometheus-alertmanager',
      });
      const told: Notification[] = [];
      const webhook = createServer(async (req, res) => {
        told.push((await json(req)) as Notification);
        res.end();
      });
      const { port } = await listen(webhook, { what: 'webhook', host: '127.0.0.1', port: 0 });
      const directory = await mkdtemp(join(tmpdir(), 'gatehouse-alertmanager-'));
      try {
        // Debian's is older than `url_file`.
        const shipped = await readFile(join(ROOT, FILE), 'utf8');
        const here = shipped.replace(/url_file: .*/, `url: http://127.0.0.1:${port}/`);
        await writeFile(join(directory, 'alertmanager.yml'), here);
        return await tell({ command, directory, told });
      } finally {
        await closeServer(webhook);
        await rm(directory, { recursive: true });
      }
    },
  },
];

/**
 * Debian's looks for its templates in one place only, where nothing is as long as it is not
 * installed: it is given a /usr/share of its own.
 */
const WITH_TEMPLATES = `
mount -t tmpfs none /usr/share && mkdir /usr/share/prometheus &&
cp -R "$0" /usr/share/prometheus/alertmanager && exec "$@"
`;

/** What runs it; an installed one has its templates. */
async function launch(command: string): Promise<string[]> {
  if (!command.includes('/')) return [command];
  const own = ['--mount', '--map-root-user'];
  try {
    await runProgram('unshare', [...own, 'true']);
  } catch (error) {
    throw new NotToBeHad('Alertmanager as it is unpacked, for want of namespaces', {
      cause: error,
    });
  }
  const templates = join(dirname(command), '../share/prometheus/alertmanager');
  return ['unshare', ...own, 'sh', '-c', WITH_TEMPLATES, templates, command];
}

async function tell(options: {
  command: string;
  directory: string;
  told: readonly Notification[];
}): Promise<string> {
  const { command, directory, told } = options;
  const [launcher = command, ...before] = await launch(command);
  const program = await startProgram({
    command: launcher,
    args: (port) => [
      ...before,
      `--config.file=${join(directory, 'alertmanager.yml')}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    ready: '/-/ready',
  });
  try {
    const since = performance.now();
    const alerts = ['GatehouseNoReplica', 'GatehouseEdgeDown'].map((alertname) => ({
      labels: { alertname, severity: 'critical' },
      annotations: { summary: 'In words.', runbook: 'docs/runbooks/replica-down.md' },
    }));
    const answer = await fetch(`${program.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(alerts),
    });
    if (!answer.ok) throw new Error(`it took no alerts: ${answer.status}`);
    await pollUntil(() => told.length > 0, { deadlineMs: DEADLINE_MS, everyMs: 100 });
    const [{ labels, annotations } = { labels: {}, annotations: {} }, ...more] = told.flatMap(
      (notification) => notification.alerts,
    );
    if (labels.alertname !== 'GatehouseNoReplica' || more.length > 0) {
      throw new Error(`it told of ${JSON.stringify(told)}`);
    }
    if (annotations.runbook === undefined) throw new Error('it told of no runbook');
    const seconds = Math.round((performance.now() - since) / 1000);
    return `told of one of two, with its runbook, after ${seconds} s`;
  } finally {
    await program.stop();
  }
}
