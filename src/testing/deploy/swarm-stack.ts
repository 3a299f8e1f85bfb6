/** A stack as Docker's own loader reads it, and what holds for each. */
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { includeProblems, templateProblems } from './included-files.ts';
import { manifestTool } from './manifest-tools.ts';
import { commandsOfManual } from './manual.ts';
import { serverSettingProblems } from './server-settings.ts';
import { ROOT, runProgram } from './trial.ts';

/** What docs/deploy.md has an operator set. */
const ENVIRONMENT = {
  PUBLIC_URL: 'https://login.example.com',
  SERVER_NAME: 'login.example.com',
  MAIL_FROM: 'no-reply@login.example.com',
};

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
export type Service = z.infer<typeof SERVICE>;

const OVERLAY = z.looseObject({
  driver: z.literal('overlay'),
  driver_opts: z.looseObject({ encrypted: z.string().optional() }).default({}),
});
const STACK = z.looseObject({
  services: z.record(z.string(), SERVICE),
  secrets: z.record(
    z.string(),
    z.looseObject({
      name: z.string(),
      external: z.boolean().default(false),
      file: z.string().optional(),
    }),
  ),
  configs: z.record(z.string(), z.looseObject({ name: z.string(), file: z.string() })),
  networks: z.record(
    z.string(),
    z.union([
      OVERLAY,
      // Of another stack.
      z.looseObject({ external: z.literal(true), name: z.string() }),
    ]),
  ),
  volumes: z.record(z.string(), z.unknown()),
});
export type Stack = z.infer<typeof STACK>;

/**
 * @param file - from the root
 * @param root - of this checkout, or of a copy
 * @param more - of the environment
 * @throws Error with what the loader says; NotToBeHad
 */
export async function loadStack(
  file: string,
  root = ROOT,
  more: Readonly<Record<string, string>> = {},
): Promise<Stack> {
  const program = await manifestTool('check-stack');
  const env = { PATH: process.env.PATH, ...ENVIRONMENT, ...more };
  const withHashes = join(root, 'deploy/swarm/with-hashes.sh');
  const { stdout } = await runProgram(withHashes, [program, file], { cwd: root, env });
  return STACK.parse(JSON.parse(stdout));
}

/**
 * What services name and is not there, what they are told and does not understand, and how they would be
 * replaced.
 *
 * @returns a sentence for each problem
 */
export async function stackProblems(stack: Stack): Promise<string[]> {
  return [
    ...Object.entries(stack.services).flatMap(([name, service]) => [
      ...referenceProblems(stack, name, service),
      ...settingProblems(name, service),
      ...updateProblems(name, service),
    ]),
    ...clearNetworks(stack),
    ...(await placedProblems(stack)),
  ];
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

/** What goes between nodes is encrypted, on each network of the stack's own. */
function clearNetworks({ networks }: Stack): string[] {
  return Object.entries(networks)
    .map(([name, network]) => ({ name, own: OVERLAY.safeParse(network) }))
    .filter(({ own }) => own.success && own.data.driver_opts.encrypted === undefined)
    .map(({ name }) => `${name} is not encrypted between nodes`);
}

/** Whatever serves is replaced one by one, and taken back when that goes wrong. */
function updateProblems(name: string, { deploy }: Service): string[] {
  if (deploy.mode.endsWith('-job')) return [];
  const { update_config: forth, rollback_config: back } = deploy;
  const right =
    forth?.parallelism === 1 && forth.failure_action === 'rollback' && back?.order === forth.order;
  return right ? [] : [`${name} is not replaced one by one, or not taken back`];
}

/** Files of others include nothing that is not there. */
async function placedProblems({ services, configs, secrets }: Stack): Promise<string[]> {
  const problems: string[] = [];
  for (const { file } of Object.values(secrets)) if (file !== undefined) await access(file);
  for (const [name, { configs: placed, environment }] of Object.entries(services)) {
    const files = await Promise.all(
      placed.map(async ({ source, target }) => {
        return { path: target, text: await readFile(configs[source]?.file ?? '', 'utf8') };
      }),
    );
    const found = [...includeProblems(files), ...templateProblems(files, environment)];
    problems.push(...found.map((problem) => `${name}: ${problem}`));
  }
  return problems;
}

/**
 * Files of others come whole: one that is new there is missed here.
 *
 * @param expected - by service: whose files it has, and where
 */
export async function wholeProblems(
  { services, configs }: Stack,
  expected: Readonly<Record<string, { readonly from: string; readonly to: string }>>,
): Promise<string[]> {
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

/** Blocks of docs/deploy.md that make secrets, by their first lines: of each stack. */
export const SECRETS_OF_MANUAL = {
  watched: 'docker node update --label-add gatehouse.data=yes NODE     # the disks',
  monitoring: 'docker node update --label-add gatehouse.monitoring=yes NODE',
} as const;

/** In place of Docker: what each secret is, in a file of its name. */
const KEEP_SECRETS = `set -e
docker() { if [ "$1 $2" = 'secret create' ]; then cat >"secret-$3"; fi; }
`;

/**
 * What blocks of docs/deploy.md make, run one after the other in one shell.
 *
 * @param firsts - their first lines
 */
export async function secretsOfManual(
  firsts: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const commands: string[] = [];
  for (const first of firsts) commands.push(await commandsOfManual(first));
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-swarm-'));
  try {
    for (const name of ['certificate.pem', 'key.pem']) await writeFile(join(directory, name), name);
    const script = KEEP_SECRETS + commands.join('\n');
    await runProgram('bash', ['-c', script], { cwd: directory });
    const made = new Map<string, string>();
    for (const file of await readdir(directory)) {
      if (!file.startsWith('secret-')) continue;
      made.set(file.slice('secret-'.length), await readFile(join(directory, file), 'utf8'));
    }
    return made;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Secrets that a stack asks for and nobody makes, and the other way round. */
export function unlikeSecrets(
  { secrets }: Pick<Stack, 'secrets'>,
  made: ReadonlyMap<string, string>,
): string[] {
  const wanted = Object.values(secrets)
    .filter(({ external }) => external)
    .map(({ name }) => name);
  return [
    ...wanted.filter((name) => !made.get(name)).map((name) => `nobody makes the secret ${name}`),
    ...[...made.keys()]
      .filter((name) => !wanted.includes(name))
      .map((name) => `nobody wants the secret ${name}`),
  ];
}
