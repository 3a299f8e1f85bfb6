import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONNECTION_RESERVE } from '../../connection-budget.ts';
import { loadStack, type Service, type Stack, stackProblems } from './swarm-stack.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const FILE = 'deploy/swarm/stack.yml';

/** What PostgreSQL has for the role of the replicas: deploy/postgres/init. */
const CONNECTIONS = 180;

/** The stack, as Docker's own loader reads it. */
export const SWARM: readonly Trial[] = [
  {
    artefact: 'swarm',
    how: "Docker's own loader of stacks; the secrets that the commands of docs/deploy.md make; what services say of one another, of files that are there, and of the server; no Swarm runs here",
    covers: [FILE],
    async run() {
      const stack = await loadStack(FILE);
      const problems = [
        ...(await stackProblems(stack)),
        ...(await wholeProblems(stack)),
        ...serverProblems(stack.services.app),
        ...(await secretProblems(stack)),
      ];
      if (problems.length > 0) throw new Error(problems.join('\n'));
      const count = (of: object) => Object.keys(of).length;
      return `${count(stack.services)} services, ${count(stack.secrets)} secrets, ${count(stack.configs)} files of others`;
    },
  },
];

/** In place of Docker: what each secret is, in a file of its name. */
const KEEP_SECRETS = `set -e
docker() { if [ "$1 $2" = 'secret create' ]; then cat >"secret-$3"; fi; }
`;

/** What the commands of docs/deploy.md make is what the stack asks for, and fits together. */
async function secretProblems(stack: Stack): Promise<string[]> {
  const manual = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8');
  const [, section = ''] = manual.split('\n## Docker Swarm\n');
  const [, commands] = /```sh\n(.*?)```/s.exec(section) ?? [];
  if (commands === undefined) return ['docs/deploy.md has no commands for a Swarm'];
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-swarm-'));
  try {
    for (const name of ['certificate.pem', 'key.pem']) await writeFile(join(directory, name), name);
    await runProgram('bash', ['-c', KEEP_SECRETS + commands], { cwd: directory });
    const made = new Map<string, string>();
    for (const file of await readdir(directory)) {
      if (!file.startsWith('secret-')) continue;
      made.set(file.slice('secret-'.length), await readFile(join(directory, file), 'utf8'));
    }
    const wanted = Object.values(stack.secrets).map(({ name }) => String(name));
    const secret = (name: string) => made.get(`gatehouse_${name}`) ?? '';
    const urls = [
      ['database_url', 'app'],
      ['migrator_database_url', 'migrator'],
      ['redis_url', 'redis_app'],
    ] as const;
    return [
      ...wanted.filter((name) => !made.get(name)).map((name) => `nobody makes the secret ${name}`),
      ...[...made.keys()]
        .filter((name) => !wanted.includes(name))
        .map((name) => `nobody wants the secret ${name}`),
      ...urls
        .filter(([url, role]) => new URL(secret(url)).password !== secret(`${role}_password`))
        .map(([url, role]) => `${url} has another password than ${role} has`),
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Files of others come whole: one that is new there is missed here. */
async function wholeProblems({ services, configs }: Stack): Promise<string[]> {
  const expected = {
    nginx: { from: 'deploy/nginx/gatehouse', to: '/etc/nginx/gatehouse' },
    postgres: { from: 'deploy/postgres/init', to: '/docker-entrypoint-initdb.d' },
  };
  const problems: string[] = [];
  for (const [name, { from, to }] of Object.entries(expected)) {
    const mounted = services[name]?.configs.map(({ source, target }) => {
      return `${configs[source]?.file} at ${target}`;
    });
    for (const file of await readdir(join(ROOT, from))) {
      const wanted = `${join(ROOT, from, file)} at ${to}/${file}`;
      if (!mounted?.includes(wanted)) problems.push(`${name} lacks ${wanted}`);
    }
  }
  return problems;
}

/** Replicas start before others end, have the time to end, and their connections. */
function serverProblems(app: Service | undefined): string[] {
  if (app === undefined) return ['there is no app'];
  const { environment, deploy } = app;
  const most = (deploy.replicas ?? 0) + (deploy.update_config?.parallelism ?? 0);
  const wanted = most * Number(environment.DATABASE_POOL_MAX) + CONNECTION_RESERVE;
  const grace = Number.parseInt(app.stop_grace_period ?? '10s', 10);
  return [
    ...(deploy.update_config?.order === 'start-first' ? [] : ['app ends before it starts']),
    ...(grace > Number(environment.SHUTDOWN_TIMEOUT_SECONDS) ? [] : [`app has ${grace} s to end`]),
    ...(environment.REPLICAS === String(most) ? [] : [`REPLICAS is not ${most}`]),
    ...(wanted <= CONNECTIONS ? [] : [`app wants ${wanted} connections, of ${CONNECTIONS}`]),
  ];
}
