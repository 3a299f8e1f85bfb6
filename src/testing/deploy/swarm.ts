import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CONNECTION_RESERVE } from '../../connection-budget.ts';
import { includeProblems, templateProblems } from './included-files.ts';
import { manifestTool } from './manifest-tools.ts';
import { serverSettingProblems } from './server-settings.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const FILE = 'deploy/swarm/stack.yml';

/** What docs/deploy.md has an operator set. */
const ENVIRONMENT = {
  PUBLIC_URL: 'https://login.example.com',
  SERVER_NAME: 'login.example.com',
  MAIL_FROM: 'no-reply@login.example.com',
  REVISION: 'f00d',
};

/** What PostgreSQL has for the role of the replicas: deploy/postgres/init. */
const CONNECTIONS = 180;

const REFERENCE = z.looseObject({ source: z.string(), target: z.string() });
const UPDATE = z.looseObject({
  parallelism: z.number(),
  order: z.string(),
  failure_action: z.string(),
});
const SERVICE = z.looseObject({
  image: z.string(),
  user: z.string().optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(REFERENCE).default([]),
  configs: z.array(REFERENCE).default([]),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.array(z.looseObject({ type: z.string(), source: z.string().optional() })).default([]),
  ports: z.array(z.looseObject({ published: z.number() })).default([]),
  healthcheck: z.looseObject({}),
  stop_grace_period: z.string().optional(),
  deploy: z.looseObject({
    mode: z.string().default('replicated'),
    replicas: z.number().optional(),
    update_config: UPDATE.optional(),
    rollback_config: UPDATE.optional(),
    resources: z.looseObject({ limits: z.looseObject({ memory: z.string() }) }),
  }),
});
type Service = z.infer<typeof SERVICE>;

const STACK = z.looseObject({
  services: z.record(z.string(), SERVICE),
  secrets: z.record(z.string(), z.looseObject({ external: z.literal(true) })),
  configs: z.record(z.string(), z.looseObject({ name: z.string(), file: z.string() })),
  networks: z.record(z.string(), z.looseObject({ driver: z.literal('overlay') })),
  volumes: z.record(z.string(), z.unknown()),
});
type Stack = z.infer<typeof STACK>;

/** The stack, as Docker's own loader reads it. */
export const SWARM: readonly Trial[] = [
  {
    artefact: 'swarm',
    how: "Docker's own loader of stacks; the secrets that the commands of docs/deploy.md make; what services say of one another, of files that are there, and of the server; no Swarm runs here",
    covers: [FILE],
    async run() {
      const program = await manifestTool('check-stack');
      const env = { PATH: process.env.PATH, ...ENVIRONMENT };
      const { stdout } = await runProgram(program, [FILE], { env });
      const stack = STACK.parse(JSON.parse(stdout));
      const problems = [...(await stackProblems(stack)), ...(await secretProblems(stack))];
      if (problems.length > 0) throw new Error(problems.join('\n'));
      const count = (of: object) => Object.keys(of).length;
      return `${count(stack.services)} services, ${count(stack.secrets)} secrets, ${count(stack.configs)} files of others`;
    },
  },
];

async function stackProblems(stack: Stack): Promise<string[]> {
  const services = Object.entries(stack.services);
  return [
    ...services.flatMap(([name, service]) => [
      ...referenceProblems(stack, name, service),
      ...settingProblems(name, service),
      ...updateProblems(name, service),
    ]),
    ...(await fileProblems(stack)),
    ...serverProblems(stack.services.app),
  ];
}

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

function referenceProblems(stack: Stack, name: string, service: Service): string[] {
  const missing = (what: keyof Stack & string, names: readonly string[]) => {
    const there = Object.keys(z.record(z.string(), z.unknown()).parse(stack[what]));
    return names
      .filter((one) => !there.includes(one))
      .map((one) => `${name} names ${one} of ${what}, which is not there`);
  };
  const claimed = service.volumes.filter(({ type }) => type === 'volume');
  const published = service.ports.map(({ published: port }) => port);
  return [
    ...missing(
      'secrets',
      service.secrets.map(({ source }) => source),
    ),
    ...missing(
      'configs',
      service.configs.map(({ source }) => source),
    ),
    ...missing('networks', Object.keys(service.networks)),
    ...missing(
      'volumes',
      claimed.map(({ source }) => source ?? ''),
    ),
    ...published
      .filter((port) => name !== 'nginx' || ![80, 443].includes(port))
      .map((port) => `${name} lets the public in on ${port}`),
  ];
}

function settingProblems(name: string, { image, environment, secrets }: Service): string[] {
  if (!image.startsWith('gatehouse:')) {
    const files = secrets.map(({ target }) => `/run/secrets/${target}`);
    return Object.entries(environment)
      .filter(([variable, value]) => variable.endsWith('_FILE') && !files.includes(value))
      .map(([variable, value]) => `${name}: ${variable} is ${value}: no such file`);
  }
  const files = secrets.map(({ target }) => `/run/secrets/${target}`);
  return serverSettingProblems(environment, files).map((problem) => `${name}: ${problem}`);
}

/** Whatever serves is replaced one by one, and taken back when that goes wrong. */
function updateProblems(name: string, { deploy }: Service): string[] {
  if (deploy.mode.endsWith('-job')) return [];
  const { update_config: forth, rollback_config: back } = deploy;
  const right =
    forth?.parallelism === 1 && forth.failure_action === 'rollback' && back?.order === forth.order;
  return right ? [] : [`${name} is not replaced one by one, or not taken back`];
}

/** Files of others come whole: one that is new there is missed here. */
async function fileProblems({ services, configs }: Stack): Promise<string[]> {
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
  for (const [name, { configs: placed, environment }] of Object.entries(services)) {
    const files = await Promise.all(
      placed.map(async ({ source, target }) => {
        return { path: target, text: await readFile(configs[source]?.file ?? '', 'utf8') };
      }),
    );
    const found = [...includeProblems(files), ...templateProblems(files, environment)];
    problems.push(...found.map((problem) => `${name}: ${problem}`));
  }
  const unversioned = Object.values(configs).filter(({ name }) => {
    return !name.endsWith(`_${ENVIRONMENT.REVISION}`);
  });
  return [...problems, ...unversioned.map(({ name }) => `config ${name} could never change`)];
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
