/** What holds for services of compose files: for each, and for each deployment. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { mustHave, type Project, type Service } from './compose-project.ts';

const ONE_SHOT = ['migrate', 'seed', 'backup', 'health'];
/** What holds data; nobody reaches it from outside. */
const DATABASES = ['postgres', 'redis', 'pgbouncer'];
/** Its image has no program that could ask; Prometheus does. */
const NOT_ASKED = ['fluent-bit'];
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

/** What holds for each service, whatever it is. */
export function checkEach(project: Project): void {
  for (const [name, service] of Object.entries(project.services)) {
    const { limits, reservations } = service.deploy?.resources ?? {};
    assert.ok(limits?.memory && limits.cpus && limits.pids, `${name}: limits`);
    assert.ok(reservations?.memory, `${name}: reservations`);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.equal(service.privileged, undefined, `${name}: privileged`);
    assert.ok(service.logging?.options?.['max-size'], `${name}: its log grows for ever`);
    const once = ONE_SHOT.includes(name);
    assert.equal(service.restart, once ? 'no' : 'unless-stopped', `${name}: restart`);
    const asked = (service.healthcheck?.test ?? []).length > 1;
    assert.equal(asked, !once && !NOT_ASKED.includes(name), `${name}: health check`);
    // Published to the machine alone, or what people come by.
    for (const { host_ip: address, target } of service.ports ?? []) {
      assert.ok(address === '127.0.0.1' || name === 'nginx', `${name}: ${target} is for everybody`);
    }
  }
}

/** What Compose and Go's driver for PostgreSQL refuse when they run, and no loader sees. */
export function checkRefusals({ services, secrets }: Project): void {
  for (const [name, service] of Object.entries(services)) {
    for (const { source } of service.read_only ? (service.secrets ?? []) : []) {
      const { file } = secrets?.[source] ?? {};
      assert.ok(file, `${name}: Compose puts ${source} into no root that is read-only`);
    }
    const awaited = !ONE_SHOT.includes(name);
    assert.ok(!(awaited && service.healthcheck?.disable), `${name}: \`up --wait\` fails for it`);
    const uri = service.environment?.DATA_SOURCE_URI ?? '';
    assert.doesNotMatch(uri, /sslmode=(prefer|allow)/, `${name}: its driver knows no such mode`);
  }
}

/** Databases, then migrations, then seeds, then replicas, then nginx. */
export function checkOrder({ services }: Project): void {
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

/** Files for secrets, each its reader's alone; no way in but nginx, no writing but where it is said. */
export async function checkProduction(project: Project): Promise<void> {
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
export function checkDevelopment(project: Project, names: readonly string[]): void {
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

export function checkNoKnownSecrets(project: Project): void {
  for (const [name, { environment }] of Object.entries(project.services)) {
    assert.equal(
      environment?.DEVELOPMENT_SECRETS,
      undefined,
      `${name}: known passwords are let in`,
    );
  }
}
