import assert from 'node:assert/strict';
import { access, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parseConfig } from '../../config/parse-config.ts';
import { readEnv } from '../../config/read-env.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { buildLoader, loadProject, type Project, type Service } from './compose-project.ts';
import { NotToBeHad, ROOT, runProgram, type Trial } from './trial.ts';

const FILE = (name: string) => `docker-compose${name === '' ? '' : `.${name}`}.yml`;
const NGINX = '/usr/sbin/nginx';
const ONE_SHOT = ['migrate', 'seed', 'backup'];
/** What holds data; nobody reaches it from outside. */
const DATABASES = ['postgres', 'redis', 'pgbouncer'];
/** Its image has no program that could ask; Prometheus does. */
const NOT_ASKED = ['fluent-bit'];
/** Not of this repository. */
const OF_THE_HOST = [
  '/var/lib/docker/containers',
  '/var/www/acme',
  '/etc/gatehouse/recipients.txt',
  '/etc/gatehouse/signing.pem',
  '/var/backups/gatehouse',
];
/** Users of the images that name theirs themselves, and read their secrets as it. */
const IMAGE_USERS: Readonly<Record<string, number>> = {
  migrate: 10_001,
  seed: 10_001,
  app: 10_001,
  nginx: 0,
  grafana: 472,
  alertmanager: 65_534,
  'postgres-exporter': 65_534,
  'redis-exporter': 59_000,
};

/** The compose files, by the loader of Docker Compose itself. */
export const COMPOSE: readonly Trial[] = [
  {
    artefact: 'compose',
    how: 'parsed, merged and checked by compose-go with each override; its environments by the server',
    covers: [...['', 'dev', 'test', 'prod', 'monitoring'].map(FILE), 'deploy/compose'],
    run: tryCompose,
  },
];

async function tryCompose(): Promise<string> {
  if (process.getuid?.() !== 0) {
    throw new NotToBeHad('secrets that belong to their readers, which only root may give away');
  }
  await buildLoader();
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-compose-'));
  try {
    return await tryAll(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function tryAll(home: string): Promise<string> {
  const secrets = join(home, 'secrets');
  const make = (args: readonly string[]) =>
    runProgram(join(ROOT, 'deploy/compose/make-secrets.sh'), args, {
      env: {
        PATH: process.env.PATH,
        SECRETS: secrets,
        SMTP_URL: 'smtp://mail.example.com:587',
        ALERT_WEBHOOK_URL: 'https://alerts.example.com/hook',
      },
    });
  const own = join(home, 'own.env');
  await make(['env', own]);
  await make(['files']);
  await runProgram('sh', ['-c', `printf 'SECRETS=%s\n' "${secrets}" >>"${own}"`]);
  const prod = join(home, 'prod.env');
  const example = await readFile(join(ROOT, 'deploy/compose/prod.env.example'), 'utf8');
  await writeFile(prod, `${example}\nSECRETS=${secrets}\n`);
  const dev = join(ROOT, 'deploy/compose/dev.env');
  const combinations: readonly [string, readonly string[]][] = [
    [own, ['']],
    [own, ['', 'monitoring']],
    [dev, ['', 'dev']],
    [dev, ['', 'test']],
    [dev, ['', 'test', 'monitoring']],
    [dev, ['', 'dev', 'monitoring']],
    [prod, ['', 'prod']],
    [prod, ['', 'prod', 'monitoring']],
  ];
  let services = 0;
  for (const [envFile, names] of combinations) {
    const project = await loadProject(envFile, names.map(FILE));
    try {
      await checkReferences(project, envFile);
      checkEach(project);
      checkOrder(project);
      await checkTemplates(mustHave(project, 'nginx'));
      await checkEnvironments(project, envFile, home);
      if (names.includes('prod')) await checkProduction(project);
      if (names.includes('dev') || names.includes('test')) checkDevelopment(project, names);
      else checkNoKnownSecrets(project);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Error(`${names.map(FILE).join(' + ')}: ${said}`, { cause: error });
    }
    services += Object.keys(project.services).length;
  }
  await refuseNothing(home);
  await tryPlainSite(home);
  return `${combinations.length} combinations, ${services} services: all that they name is there`;
}

/** Without an environment nothing is guessed. */
async function refuseNothing(home: string): Promise<void> {
  const empty = join(home, 'empty.env');
  await writeFile(empty, '');
  for (const names of [[''], ['', 'prod']]) {
    const said = await loadProject(empty, names.map(FILE)).then(
      () => 'nothing',
      (error: unknown) => String(error),
    );
    assert.match(said, /required variable \w+ is missing a value: \S+/);
  }
}

/** The site of development, without TLS, by nginx. Docker's DNS is not here: a replica by address. */
async function tryPlainSite(home: string): Promise<void> {
  await ensurePrograms({ [NGINX]: 'nginx-light' });
  const at = join(home, 'nginx');
  await cp(join(ROOT, 'deploy/nginx'), at, { recursive: true });
  await rm(join(at, 'site'), { recursive: true });
  await mkdir(join(at, 'site'));
  const template = join(ROOT, 'deploy/compose/nginx-plain.conf.template');
  const values: Readonly<Record<string, string>> = {
    SERVER_NAME: 'localhost',
    ACCESS_LOG: join(at, 'access.log'),
    CLIENT_CERTIFICATES: 'none',
  };
  const site = (await readFile(template, 'utf8')).replaceAll(
    /\$\{(\w+)\}/g,
    (_, name: string) => values[name] ?? assert.fail(`nothing says ${name}`),
  );
  await writeFile(join(at, 'site/gatehouse.conf'), site);
  await cp(join(ROOT, 'deploy/nginx/site/replicas.conf.example'), join(at, 'site/replicas.conf'));
  const pid = `pid ${join(at, 'nginx.pid')};`;
  const { stderr } = await runProgram(NGINX, [
    '-t',
    '-p',
    at,
    '-c',
    join(at, 'nginx.conf'),
    '-g',
    pid,
  ]);
  assert.match(stderr, /test is successful/);
}

/** Every network, volume, secret, mounted file and service that is named. */
async function checkReferences(project: Project, envFile: string): Promise<void> {
  const given = parseEnv(await readFile(envFile, 'utf8'));
  for (const [name, service] of Object.entries(project.services)) {
    for (const network of Object.keys(service.networks ?? {})) {
      assert.ok(project.networks?.[network], `${name}: no network ${network}`);
    }
    for (const other of Object.keys(service.depends_on ?? {})) {
      assert.ok(project.services[other], `${name}: no service ${other}`);
    }
    assert.equal(service.configs, undefined, `${name}: configs, which nobody has looked at here`);
    const { context, dockerfile = '' } = service.build ?? {};
    if (context !== undefined) await mustBeThere(name, join(context, dockerfile));
    await checkMounts(project, name, service);
    await checkSecrets(project, name, service, given);
  }
}

async function checkMounts(project: Project, name: string, service: Service): Promise<void> {
  for (const { type, source = '' } of service.volumes ?? []) {
    if (type === 'bind') await mustBeThere(name, source);
    else assert.ok(source in (project.volumes ?? {}), `${name}: no volume ${source}`);
  }
}

async function checkSecrets(
  project: Project,
  name: string,
  service: Service,
  given: NodeJS.Dict<string>,
): Promise<void> {
  for (const { source } of service.secrets ?? []) {
    const { file, environment: variable } = project.secrets?.[source] ?? {};
    if (file !== undefined) await mustBeThere(name, file);
    // Nobody need be told of alerts.
    else if (variable !== 'ALERT_WEBHOOK_URL') {
      assert.ok(variable !== undefined, `${name}: no secret ${source}`);
      assert.ok(given[variable], `${name}: ${source}: nothing says ${variable}`);
    }
  }
}

async function mustBeThere(name: string, file: string): Promise<void> {
  if (OF_THE_HOST.includes(file)) return;
  await access(file).catch(() => assert.fail(`${name}: there is no ${file}`));
}

/** What holds for each service, whatever it is. */
function checkEach(project: Project): void {
  for (const [name, service] of Object.entries(project.services)) {
    const { limits, reservations } = service.deploy?.resources ?? {};
    assert.ok(limits?.memory && limits.cpus && limits.pids, `${name}: limits`);
    assert.ok(reservations?.memory, `${name}: reservations`);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.equal(service.privileged, undefined, `${name}: privileged`);
    assert.ok(service.logging?.options?.['max-size'], `${name}: its log grows for ever`);
    const once = ONE_SHOT.includes(name);
    assert.equal(service.restart, once ? 'no' : 'unless-stopped', `${name}: restart`);
    const asked = (service.healthcheck?.test ?? []).length > 1 && !service.healthcheck?.disable;
    assert.equal(asked, !once && !NOT_ASKED.includes(name), `${name}: health check`);
    // Published to the machine alone, or what people come by.
    for (const { host_ip: address, target } of service.ports ?? []) {
      assert.ok(address === '127.0.0.1' || name === 'nginx', `${name}: ${target} is for everybody`);
    }
  }
}

/** What nginx's entrypoint fills templates in with; it finds Docker's DNS server by itself. */
async function checkTemplates({ volumes = [], environment = {} }: Service): Promise<void> {
  const known = [...Object.keys(environment), 'NGINX_LOCAL_RESOLVERS'];
  const templates = volumes.filter(({ target }) => target.startsWith('/etc/nginx/templates/'));
  assert.equal(templates.length, 2, 'the site, and its replicas');
  for (const { source = '' } of templates) {
    for (const [, name = ''] of (await readFile(source, 'utf8')).matchAll(/\$\{(\w+)\}/g)) {
      assert.ok(known.includes(name), `nothing says ${name} of ${source}`);
    }
  }
}

/** Databases, then migrations, then seeds, then replicas, then nginx. */
function checkOrder({ services }: Project): void {
  const waits = (name: string) =>
    Object.entries(services[name]?.depends_on ?? {})
      .filter(([, { required }]) => required)
      .map(([other, { condition }]) => `${other} ${condition.replace('service_', '')}`)
      .toSorted();
  const after = (...names: string[]) => names.map((name) => `${name} completed_successfully`);
  const healthy = (...names: string[]) => names.map((name) => `${name} healthy`);
  assert.deepEqual(waits('migrate'), healthy('postgres'));
  assert.deepEqual(waits('seed'), [...after('migrate'), ...healthy('postgres', 'redis')]);
  const backends = [...after('migrate'), ...healthy('postgres', 'redis'), ...after('seed')];
  assert.deepEqual(waits('app'), backends);
  assert.deepEqual(waits('nginx'), healthy('app'));
}

/** What the server itself makes of the environment of each that runs it. */
async function checkEnvironments(project: Project, envFile: string, home: string): Promise<void> {
  const variables = await expanded(envFile, home);
  for (const name of ['migrate', 'seed', 'app']) {
    const service = mustHave(project, name);
    const environment = await mounted(project, service, { variables, home });
    const { config, secrets } = parseConfig(readEnv(environment));
    const role = name === 'migrate' ? 'gatehouse_migrator' : 'gatehouse_app';
    assert.equal(new URL(secrets.databaseUrl ?? '').username, role, name);
    if (name !== 'app') continue;
    const grace = Number.parseInt(service.stop_grace_period ?? '', 10);
    assert.ok(grace > config.shutdownTimeoutSeconds, `${grace} s are too few to stop in`);
    assert.ok(config.shutdownDelaySeconds > 3, 'nginx keeps idle connections for 3 s');
  }
}

/** The environment of a service, with the files of its secrets as they are on this machine. */
async function mounted(
  project: Project,
  service: Service,
  { variables, home }: { variables: NodeJS.Dict<string>; home: string },
): Promise<Record<string, string>> {
  const places = new Map<string, string>();
  for (const { source, target } of service.secrets ?? []) {
    const { file, environment: variable = '' } = project.secrets?.[source] ?? {};
    const place = file ?? join(home, `mounted-${variable}`);
    if (file === undefined) await writeFile(place, `${variables[variable]}\n`);
    places.set(target, place);
  }
  return Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([key, value]) => {
      const said = value ?? '';
      return [key, places.get(said) ?? said];
    }),
  );
}

/** The variables of an environment file as a shell sees them, which expands what is in braces. */
async function expanded(envFile: string, home: string): Promise<NodeJS.Dict<string>> {
  const lines = (await readFile(envFile, 'utf8'))
    .split('\n')
    .filter((line) => /^[A-Z_]+=/.test(line))
    .map(
      (line) =>
        `${line.replace(/=(.*)$/, (_, value: string) => `="${value.replaceAll('"', '\\"')}"`)}`,
    );
  const script = join(home, 'expand.sh');
  await writeFile(script, `set -a\n${lines.join('\n')}\nenv -0\n`);
  const { stdout } = await runProgram('sh', [script], { env: { PATH: process.env.PATH } });
  return Object.fromEntries(
    stdout.split('\0').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function mustHave(project: Project, name: string): Service {
  const service = project.services[name];
  assert.ok(service, `no service ${name}`);
  return service;
}

/** Files for secrets, each its reader's alone; no way in but nginx, no writing but where it is said. */
async function checkProduction(project: Project): Promise<void> {
  assert.equal(project.networks?.data?.internal, true, 'the databases have a way out');
  assert.equal(mustHave(project, 'app').deploy?.replicas, 3);
  const { command } = mustHave(project, 'postgres');
  assert.ok(command?.includes('ssl=on'), 'PostgreSQL has no TLS');
  for (const [name, service] of Object.entries(project.services)) {
    assert.equal(service.read_only, true, `${name}: its root can be written to`);
    assert.deepEqual(service.cap_drop, ['ALL'], `${name}: capabilities`);
    assert.equal(service.build, undefined, `${name}: it is built where it runs`);
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      assert.ok(!isSecret(variable, value ?? ''), `${name}: ${variable} is a secret`);
    }
    await checkSecretFiles(project, name, service);
  }
  for (const name of DATABASES) {
    const { ports, networks = {} } = mustHave(project, name);
    assert.equal(ports, undefined, `${name}: it is published`);
    assert.deepEqual(Object.keys(networks), ['data'], name);
  }
}

/** Each is a file of the one who reads it. The authority's certificate is for everybody. */
async function checkSecretFiles(project: Project, name: string, service: Service): Promise<void> {
  const user = service.user === undefined ? IMAGE_USERS[name] : Number.parseInt(service.user, 10);
  for (const { source } of service.secrets ?? []) {
    const { file } = project.secrets?.[source] ?? {};
    assert.ok(file, `${name}: ${source} is no file`);
    const { uid, mode } = await stat(file);
    const forAll = source === 'database_ca';
    assert.equal((mode & 0o777).toString(8), forAll ? '444' : '400', `${name}: mode of ${source}`);
    if (!forAll) assert.equal(uid, user, `${name}: ${source} is somebody else's`);
  }
}

function isSecret(variable: string, value: string): boolean {
  if (variable.endsWith('_FILE') || value.startsWith('/run/secrets/')) return false;
  return /PASSWORD|SECRET|TOKEN|API_KEY/.test(variable) || /:\/\/[^/]*:[^/]*@/.test(value);
}

/** Known passwords are let in here, and nowhere else. */
function checkDevelopment(project: Project, names: readonly string[]): void {
  for (const name of ['postgres', 'redis']) {
    assert.equal(mustHave(project, name).environment?.DEVELOPMENT_SECRETS, 'yes', name);
  }
  const kept = (name: string) =>
    mustHave(project, name).volumes?.some(({ type }) => type === 'volume');
  for (const name of ['postgres', 'redis']) {
    assert.equal(kept(name), !names.includes('test'), `${name}: what outlives it`);
  }
  if (!names.includes('dev')) return;
  const { volumes = [], command } = mustHave(project, 'app');
  assert.ok(
    volumes.some(({ target }) => target === '/app/src'),
    'the sources are not mounted',
  );
  assert.ok(command?.includes('--watch'), 'changes are not noticed');
  for (const name of DATABASES)
    assert.ok(mustHave(project, name).ports?.length, `${name}: its port`);
  const log = mustHave(project, 'postgres').command ?? [];
  assert.ok(log.includes('log_statement=all'), 'queries are not logged');
}

function checkNoKnownSecrets(project: Project): void {
  for (const [name, { environment }] of Object.entries(project.services)) {
    assert.equal(
      environment?.DEVELOPMENT_SECRETS,
      undefined,
      `${name}: known passwords are let in`,
    );
  }
}
