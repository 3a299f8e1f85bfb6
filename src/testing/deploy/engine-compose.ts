/** The section of docs/deploy.md on Docker Compose, by Compose and an engine. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backUp, bringBack, lookAt, takeElsewhere } from './engine-backup.ts';
import { buildBackupImage, buildOurImage } from './engine-image.ts';
import { ensureMonitors } from './engine-images.ts';
import type { EngineMachine } from './engine-machine.ts';
import { blockWith, commandsOf } from './engine-manual.ts';
import { askGrafana, JOBS } from './engine-monitoring.ts';
import { type People, peopleOf, until } from './engine-people.ts';

const REPLICAS = 3;
const SECRETS = 'deploy/compose/secrets';
/** Of the network `edge`. */
const GATEWAY = '172.30.10.1';
const DEADLINE_MS = 60_000;

/** @returns what was seen */
export async function tryCompose(machine: EngineMachine): Promise<string> {
  // What `up --build` builds then is there, layer by layer.
  await buildOurImage(machine);
  await ensureMonitors(machine);
  const blocks = await commandsOf('Docker Compose');
  await machine.run(blockWith(blocks, 'make-secrets.sh env'));
  const people = peopleOf(machine, {
    issuer: 'https://localhost:8443',
    certificate: join(machine.directory, SECRETS, 'certificate.pem'),
  });
  const [, invite = ''] = blockWith(blocks, 'account invite').split('\n');
  await people.accept(linkIn(await atTerminal(machine, invite)));
  await machine.run('docker compose exec app gatehouse seed apply dist/seeds/demo.yaml');
  await signInAtAll(machine, people);
  await lookLikeOne(machine);
  const monitored = 'docker compose -f docker-compose.yml -f docker-compose.monitoring.yml';
  await machine.run(`${monitored} up --detach --wait`);
  const password = 'sed -n s/^GRAFANA_ADMIN_PASSWORD=//p .env';
  const watched = await watch(machine, { compose: monitored, people, password, backups: 0 });
  await machine.run(`${monitored} down --volumes`);
  await machine.run(blockWith(blocks, 'down --volumes'));
  return `up with ${REPLICAS} replicas; an invitation taken; signed in at https://localhost:8443; ${watched}`;
}

/**
 * What docker-compose.monitoring.yml watches with.
 *
 * @returns what was seen
 */
async function watch(
  machine: EngineMachine,
  options: { compose: string; people: People; password: string; backups: 0 | 1 },
): Promise<string> {
  const { compose, people, password, backups } = options;
  await people.signIn();
  const traced = `${compose} logs --no-log-prefix jaeger | grep -q 'POST :4318/v1/traces'`;
  await until(machine, traced, DEADLINE_MS);
  return askGrafana(machine, { password, reached: { ...JOBS, 'fluent-bit': 1 }, backups });
}

/** The lines for operators of production, each as it stands there. */
async function operate(
  machine: EngineMachine,
  blocks: readonly string[],
  people: People,
): Promise<void> {
  const [psql = '', doctor = '', migrate = ''] = blockWith(blocks, 'psql gatehouse').split('\n');
  const asked = await machine.run(psql, { input: 'select current_user, slug from tenants;\n' });
  assert.match(asked.stdout, /postgres +\| default/);
  // Nothing is wrong but that no mail server is here.
  await assert.rejects(
    machine.run(doctor),
    /^problem +mail +mail\.example\.com[\s\S]*^1 problem\./m,
  );
  await machine.run(migrate);
  const redis = await machine.run(blockWith(blocks, 'REDISCLI_AUTH'), { input: 'acl whoami\n' });
  assert.equal(redis.stdout.trim(), 'default');
  const [invite = ''] = blockWith(blocks, 'account invite').split('\n');
  await people.accept(linkIn((await machine.run(invite)).stdout));
}

function linkIn(printed: string): string {
  const [link] = /https:\/\/\S+/.exec(printed) ?? assert.fail(printed);
  return link;
}

/** Every replica gets some of it. */
async function signInAtAll(machine: EngineMachine, people: People): Promise<void> {
  for (let time = 0; time < REPLICAS; time += 1) await people.signIn();
  const { stdout } = await machine.run('docker compose logs --no-log-prefix nginx');
  const upstreams = [...stdout.matchAll(/"upstream":"([\d.]+):3000"/g)].map(([, at]) => at);
  assert.equal(new Set(upstreams).size, REPLICAS, stdout);
}

/** Who comes by IPv4 is known by their address; by IPv6 all are the gateway, as the manual warns. */
async function lookLikeOne(machine: EngineMachine): Promise<void> {
  const { stdout } = await machine.run(`
    by() { curl -sS -o /dev/null --cacert ${SECRETS}/certificate.pem --resolve "localhost:8443:$1" "https://localhost:8443/$2"; }
    by 192.0.2.10 by-ipv4
    by '[::1]' by-ipv6
    docker compose logs --no-log-prefix nginx
  `);
  const callers = [...stdout.matchAll(/"address":"([^"]+)".*"path":"\/(by-ipv\d)"/g)];
  assert.deepEqual(Object.fromEntries(callers.map(([, address, how]) => [how, address])), {
    'by-ipv4': '192.0.2.10',
    'by-ipv6': GATEWAY,
  });
}

/** What a command prints to somebody at a terminal. */
async function atTerminal(machine: EngineMachine, command: string): Promise<string> {
  const env = { COMMAND: command };
  return (await machine.run('script --quiet --return --command "$COMMAND" /dev/null', { env }))
    .stdout;
}

/** What somebody who is not root has done before, on the same machine. */
async function lookFirst(machine: EngineMachine, blocks: readonly string[]): Promise<void> {
  const [make = '', up = ''] = blockWith(blocks, 'make-secrets.sh env').split('\n');
  await machine.run(`
    chmod 711 ${machine.work}
    chown -R 1000:1000 .
    setpriv --reuid=1000 --regid=1000 --clear-groups ${make}
    ${up}
  `);
  await machine.run(blockWith(blocks, 'down --volumes'));
}

/** @returns what was seen */
export async function tryProduction(machine: EngineMachine): Promise<string> {
  await buildOurImage(machine);
  await buildBackupImage(machine);
  await ensureMonitors(machine);
  const blocks = await commandsOf('Docker Compose');
  await lookFirst(machine, blocks);
  await machine.run(`
    echo '127.0.0.1 login.example.com' >>/etc/hosts
    install -D deploy/compose/prod.env.example /etc/gatehouse/compose.env
  `);
  await machine.run(blockWith(blocks, 'make-secrets.sh files'));
  const people = peopleOf(machine, {
    issuer: 'https://login.example.com',
    certificate: join(machine.directory, SECRETS, 'certificate.pem'),
  });
  const compose = 'docker compose --env-file /etc/gatehouse/compose.env';
  const psql = async (statement: string) => {
    const line = `${compose} exec --user postgres postgres psql -XAt gatehouse`;
    return (await machine.run(line, { input: statement })).stdout.trim();
  };
  const encrypted =
    'select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) where client_addr is not null;';
  assert.equal(await psql(encrypted), 't');
  await machine.run(`${compose} exec app gatehouse seed apply dist/seeds/demo.yaml`);
  await people.signIn();
  await operate(machine, blocks, people);
  await machine.run(blockWith(blocks, '--force-recreate nginx'));
  await people.signIn();
  await backUp(machine, 'run --rm backup');
  const password = `cat ${SECRETS}/grafana_admin_password`;
  const watched = await watch(machine, { compose, people, password, backups: 1 });
  await knowTheName(machine);
  const lines = await lookAt(machine, 'compose run --rm health', REPLICAS);
  for (const check of ['discovery', 'keys', 'certificate']) {
    assert.ok(
      lines.some((line) => line.startsWith(`ok    ${check} `)),
      lines.join('\n'),
    );
  }
  await bringBack(machine, {
    psql: `${compose} exec -T --user postgres postgres psql -X -v ON_ERROR_STOP=1 gatehouse`,
    certificate: join(machine.directory, SECRETS, 'certificate.pem'),
    parts: ['compose stop'],
  });
  await people.signIn();
  await takeElsewhere(machine, async (settings) => {
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await machine.run(`
      sed -i -E '/^BACKUP_IMAGE=/d; s/^COMPOSE_FILE=.*/&:docker-compose.upload.yml/' /etc/gatehouse/compose.env
      printf '%s\\n' ${lines.join(' ')} >>/etc/gatehouse/compose.env
      ${compose} run --rm backup
    `);
  });
  await upgrade(machine, blocks);
  await people.signIn();
  // As the manual says of pgbouncer.
  await machine.run(`
    rm ${SECRETS}/database_url
    SERVER_NAME=login.example.com DATABASE_HOST=pgbouncer:6432 deploy/compose/make-secrets.sh files
    echo COMPOSE_PROFILES=pgbouncer >>/etc/gatehouse/compose.env
    ${compose} up --detach --wait
    ${blockWith(blocks, '--force-recreate app')}
  `);
  await people.signIn();
  const poolers =
    "select count(distinct client_addr) from pg_stat_activity where usename = 'gatehouse_app';";
  assert.equal(await psql(poolers), '1');
  await askForCertificates(machine, compose);
  await machine.run(`${compose} down --volumes`);
  return `a look, taken away; up as root with files for secrets; signed in at https://login.example.com; psql, doctor, migrate, redis-cli; an invitation taken; nginx made anew; backed up; ${watched}; ${lines.length} lines of health.sh, none wrong; restored, and signed in; backed up to elsewhere; upgraded, with files that nginx and Prometheus take up and PostgreSQL running on; signed in through pgbouncer; machines asked for certificates`;
}

/** Who looks finds the public address at this machine, and trusts its certificate. */
async function knowTheName(machine: EngineMachine): Promise<void> {
  const health = `
    extra_hosts: ['login.example.com:host-gateway']
    environment: [HEALTH_CA=/ca.pem, HEALTH_DISK_WARN, HEALTH_DISK_FAIL]
    volumes: ['./ca.pem:/ca.pem:ro']`;
  await writeFile(join(machine.directory, 'names.yml'), `services:\n  health:${health}\n`);
  await machine.run(`
    install -m 444 ${SECRETS}/certificate.pem ca.pem
    sed -i 's/^COMPOSE_FILE=.*/&:names.yml/' /etc/gatehouse/compose.env
  `);
}

/** Machines show a certificate, of the authority that the environment file names; people need none. */
async function askForCertificates(machine: EngineMachine, compose: string): Promise<void> {
  const { stdout } = await machine.run(`
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=machine \\
      -keyout machine.key -out machine.pem
    install -m 644 machine.pem /etc/gatehouse/clients-ca.pem
    sed -i -e s/^CLIENT_CERTIFICATES=none/CLIENT_CERTIFICATES=machines/ -e 's/^# CLIENTS_CA=/CLIENTS_CA=/' \\
      /etc/gatehouse/compose.env
    ${compose} up --detach --wait >&2
    ask() { curl -sS -o /dev/null -w '%{http_code}\\n' --cacert ${SECRETS}/certificate.pem "$@"; }
    ask https://login.example.com/health/live
    ask --data grant_type=client_credentials https://login.example.com/token
    ask --data grant_type=client_credentials --cert machine.pem --key machine.key https://login.example.com/token
  `);
  const [page, without, shown] = stdout.trim().split('\n');
  assert.deepEqual([page, without], ['200', '403']);
  assert.match(shown ?? '', /^40[01]$/);
}

/** Another image, and other files, each in the place of the old one, as git puts them there. */
async function upgrade(machine: EngineMachine, blocks: readonly string[]): Promise<void> {
  const [site, alerts] = ['nginx/site/gatehouse.conf.template', 'prometheus/alerts.yml'];
  const begun = async (service: string) => {
    const container = `$(docker ps --quiet --filter label=com.docker.compose.service=${service})`;
    return (await machine.run(`docker inspect --format '{{.State.StartedAt}}' ${container}`))
      .stdout;
  };
  const before = await begun('postgres');
  await machine.run(`
    docker tag gatehouse:0.1.0 gatehouse:0.1.1
    sed -i s/gatehouse:0.1.0/gatehouse:0.1.1/ /etc/gatehouse/compose.env
    sed -i 's|include gatehouse/server.conf;|&\\nlocation = /new { return 204; }|' deploy/${site}
    sed -i s/GatehouseNoReplica/GatehouseNew/ deploy/${alerts}
  `);
  const block = blockWith(blocks, '--force-recreate \\\n  nginx');
  await machine.run(block);
  await machine.run(`
    curl -fsS --cacert ${SECRETS}/certificate.pem https://login.example.com/new
    curl -fsS http://localhost:9090/api/v1/rules | grep -q GatehouseNew
  `);
  assert.equal(await begun('postgres'), before, 'PostgreSQL was started anew');
  // Where files of theirs are others.
  const [, again = ''] = block.trimEnd().split(/\n(?=docker)/);
  await machine.run(`${again} postgres redis`);
  assert.notEqual(await begun('postgres'), before);
}

const DEVELOPMENT = 'docker compose --env-file deploy/compose/dev.env';

/**
 * What is for a machine of one's own, by the lines of the manual's table and of the files themselves.
 *
 * @returns what was seen
 */
export async function tryDevelopment(machine: EngineMachine): Promise<string> {
  await buildOurImage(machine);
  const people = peopleOf(machine, { issuer: 'http://localhost:8080' });
  for (const files of ['', '-f docker-compose.yml -f docker-compose.test.yml']) {
    const compose = `${DEVELOPMENT} ${files}`;
    await machine.run(`${compose} up --build --detach --wait`);
    await people.signIn();
    await machine.run(`${compose} down --volumes`);
  }
  return 'up from the sources of the checkout, and then for a test run: signed in at http://localhost:8080';
}
