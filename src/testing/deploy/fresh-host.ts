/** docs/deploy.md on a Debian on which nothing is installed yet, and which systemd runs. */
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildah, ensureBuildah, UNSIGNED } from './buildah.ts';
import { debianProgram } from './debian.ts';
import { ensureBase } from './image-base.ts';
import {
  blocksOfManual,
  commandsOfManual,
  noteTaken,
  packageCommands,
  withoutPackages,
} from './manual.ts';
import { FOLLOWED } from './operators-host-names.ts';
import { onOwnMachine } from './own-machine.ts';
import { ROOT, type Trial } from './trial.ts';

/** Blocks of the manual that are for hosts with systemd, by their first lines. */
const PACKAGES = 'apt-get install postgresql-client age curl jq openssl redis-tools';
const TIMER = 'install -d -m 700 /var/backups/gatehouse';
const CONTAINERS =
  'cp deploy/backup/gatehouse-backup.service deploy/backup/gatehouse-backup.timer /etc/systemd/system/';
const MONITORING =
  'apt-get install prometheus prometheus-alertmanager prometheus-redis-exporter prometheus-postgres-exporter \\';

/** Where a checkout is on the host, as gatehouse-backup.service has it. */
const CHECKOUT = 'srv/gatehouse';
/** What is left there of what was done. */
const DONE = 'srv/done';

/** Debian's own: what the manual takes for granted. */
const GRANTED = ['systemd', 'systemd-sysv', 'dbus', 'postgresql'];

/** Jobs of prometheus.host.yml that there is somebody for on such a host. */
const EXPORTERS = ['alertmanager', 'backup', 'prometheus', 'redis'];

/** Begins with the host, writes down what it sees, and ends it. */
const UNIT = `[Unit]
After=multi-user.target postgresql.service
[Service]
Type=oneshot
TimeoutStartSec=300
ExecStart=/bin/bash /srv/commands.sh
ExecStopPost=/usr/bin/systemctl --no-block poweroff
StandardOutput=file:/${DONE}/output
StandardError=file:/${DONE}/errors
`;

/** Who is told of alerts, and writes them down. */
const TOLD = `
mkdir -p /etc/ssl/certs
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=alerts.example.com \\
  -addext subjectAltName=DNS:alerts.example.com -keyout /srv/hook.key -out /etc/ssl/certs/hook.pem
/node -e '
  const { createWriteStream, readFileSync } = require("node:fs");
  const [key, cert] = ["/srv/hook.key", "/etc/ssl/certs/hook.pem"].map((file) => readFileSync(file));
  require("node:https").createServer({ key, cert }, (req, res) => {
    req.pipe(createWriteStream("/${DONE}/told", { flags: "a" })).on("finish", () => res.end());
  }).listen(443);
' &
`;

/** PostgreSQL of this host, with a migrated database, as its superuser reaches it. */
const DATABASE = `
# As the files that PostgreSQL itself brings say: by a password.
runuser -u postgres -- psql -q -c "alter role postgres password 'of-a-trial'" -c 'create database gatehouse'
(umask 077 && echo 'db.example:*:*:postgres:of-a-trial' >/root/.pgpass)
export HOME=/root
export PGHOST=db.example PGUSER=postgres PGDATABASE=gatehouse
DATABASE_URL=postgres://postgres:of-a-trial@db.example/gatehouse KEY_ENCRYPTION_KEYS=$(openssl rand -base64 32) \\
  /node /checkout/src/cli/cli.ts migrate
`;

const AFTERWARDS = `
echo '--'
# As somebody who has a place for them.
printf '#!/bin/sh\\nmkdir -p elsewhere && cp "$@" elsewhere\\n' >/usr/local/bin/upload
chmod +x /usr/local/bin/upload
sed -i s/^#BACKUP_UPLOAD=/BACKUP_UPLOAD=/ /etc/gatehouse/backup.env
systemctl start gatehouse-backup.service
cd /var/backups/gatehouse && ls *.dump.age elsewhere/*.dump.age | wc -l
systemctl show --property=NextElapseUSecRealtime --value gatehouse-backup.timer
cat /var/lib/prometheus/node-exporter/gatehouse.prom | grep -c '^gatehouse_backup_last_success'
up() {
  curl -fs http://localhost:9090/api/v1/targets |
    jq -r '[.data.activeTargets[] | select(.health == "up") | .labels.job] | unique | join(" ")'
}
# Each is asked every fifteen seconds.
for _ in $(seq 120); do
  jobs=$(up) || jobs=
  case " $jobs " in *' alertmanager '*' backup '*' prometheus '*' redis '*) break ;; esac
  sleep 0.5
done
echo "$jobs"
curl -fsS http://localhost:9090/api/v1/rules | jq '[.data.groups[].rules[] | select(.type == "alerting")] | length'
curl -fsS http://localhost:9115/config | grep '^ *edge:'
# There is no replica here, which is worth an alert after a minute.
for _ in $(seq 300); do
  ! grep -qs GatehouseNoReplica /${DONE}/told || break
  sleep 0.5
done
jq -r '.alerts[].labels.alertname' /${DONE}/told | grep -m 1 GatehouseNoReplica
`;

/** In the place of Docker: it says what it is asked, and where. */
const DOCKER = `
cat >/usr/local/bin/docker <<'END'
#!/bin/sh
echo "$PWD docker $*" >>/var/backups/gatehouse/asked
[ "$1" != ps ] || echo database
END
chmod +x /usr/local/bin/docker
printf '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n' >/etc/systemd/system/docker.service
`;

/** The timer's service of containers, one after the other. */
async function ofContainers(): Promise<string> {
  const block = await commandsOfManual(CONTAINERS);
  const run = (commands: string) => `
    rm -rf /etc/systemd/system/gatehouse-backup.service.d
    ( cd /${CHECKOUT}\n${commands})
    systemd-analyze verify gatehouse-backup.service
    systemctl start gatehouse-backup.service`;
  const swarm = block.replace('gatehouse-backup-compose.conf', 'gatehouse-backup-swarm.conf');
  return `${DOCKER}${run(block)}${run(swarm)}
    grep -v ' docker ps ' /var/backups/gatehouse/asked`;
}

/** Debian's packages, timers and services by the commands of docs/deploy.md. */
export const FRESH_HOST: readonly Trial[] = [
  {
    artefact: 'a fresh host with systemd, from docs/deploy.md',
    how: 'a Debian of debootstrap, booted by systemd-nspawn: every apt-get line of it, Prometheus with exporters that have somebody to ask, a backup by the service of the timer, which is not waited for, and what that would ask of Docker',
    covers: [
      'deploy/backup/gatehouse-backup.service',
      'deploy/backup/gatehouse-backup.timer',
      'deploy/backup/gatehouse-backup-compose.conf',
      'deploy/backup/gatehouse-backup-swarm.conf',
    ],
    follows: [PACKAGES, TIMER, MONITORING, CONTAINERS],
    async run() {
      await ensureBuildah();
      const nspawn = await debianProgram({
        package: 'systemd-container',
        program: 'systemd-nspawn',
      });
      const { stdout } = await buildah('from', ...UNSIGNED, '--pull-never', await ensureBase());
      const container = stdout.trim();
      try {
        const packages = await install(container);
        const { stdout: mounted } = await buildah('mount', container);
        const root = mounted.trim();
        await prepare(root);
        const boot = `exec "${nspawn}" --quiet --register=no --keep-unit --directory="${root}" \
          --bind-ro="${ROOT}:/checkout" --bind-ro="${process.execPath}:/node" --boot >/dev/null`;
        await onOwnMachine(boot, { cwd: root, env: process.env });
        return `${packages} packages named and installed; ${await seenOn(root)}`;
      } finally {
        await buildah('rm', container);
      }
    },
  },
];

/** @returns how many packages the manual names */
async function install(container: string): Promise<number> {
  const blocks = await blocksOfManual();
  const lines = blocks.flatMap(packageCommands);
  for (const block of blocks) if (withoutPackages(block) === '') noteTaken(block);
  // As somebody who answers yes; services start when the host does.
  const answers = `
    echo 'APT::Get::Assume-Yes "true"; APT::Install-Recommends "false";' >/etc/apt/apt.conf.d/90trial
    printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet
    apt-get install ${GRANTED.join(' ')}`;
  const script = ['set -e', answers, ...lines, 'rm /usr/sbin/policy-rc.d', 'apt-get clean'];
  await buildah('run', '--network=host', '--user=0', container, 'sh', '-c', script.join('\n'));
  return lines.flatMap((line) => line.match(/[a-z][\w.-]+/g)?.slice(2) ?? []).length;
}

/** Lays a checkout on the host, and what it does once it has started. */
async function prepare(root: string): Promise<void> {
  await cp(join(ROOT, 'deploy'), join(root, CHECKOUT, 'deploy'), { recursive: true });
  await mkdir(join(root, DONE), { recursive: true });
  const here = async (first: string) => {
    const commands = withoutPackages(await commandsOfManual(first));
    return `( cd /${CHECKOUT}\n${commands})`;
  };
  const blocks = [FOLLOWED.backup, TIMER, MONITORING].map(here);
  const commands = [
    'set -euo pipefail',
    DATABASE,
    TOLD,
    ...(await Promise.all(blocks)),
    AFTERWARDS,
    await ofContainers(),
  ];
  await writeFile(join(root, 'srv/commands.sh'), commands.join('\n'));
  const units = join(root, 'etc/systemd/system');
  await writeFile(join(units, 'commands.service'), UNIT);
  // Not wanted by what it comes after.
  const wants = join(units, 'graphical.target.wants');
  await mkdir(wants, { recursive: true });
  await symlink('../commands.service', join(wants, 'commands.service'));
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost db.example alerts.example.com\n');
}

async function seenOn(root: string): Promise<string> {
  const [output, errors] = await Promise.all(
    ['output', 'errors'].map((name) => readFile(join(root, DONE, name), 'utf8')),
  );
  const [, afterwards = ''] = (output ?? '').split('\n--\n');
  const [backups, next, metrics, jobs = '', alerts, module, told, compose = '', swarm = ''] =
    afterwards.trim().split('\n');
  const said = `${output}\n${errors}`;
  assert.equal(backups, '3', said);
  assert.match(next ?? '', /:0\d:\d\d/, said);
  assert.equal(metrics, '1', said);
  for (const job of EXPORTERS) assert.ok(jobs.split(' ').includes(job), said);
  assert.ok(Number(alerts) > 0, said);
  assert.match(module ?? '', /edge/, said);
  assert.equal(told, 'GatehouseNoReplica', said);
  assert.match(
    compose,
    /^\/srv\/gatehouse docker compose --env-file \S+ run --rm -T backup$/,
    said,
  );
  assert.match(swarm, / docker run .* gatehouse-backup:0\.1\.0 \/scripts\/backup\.sh$/, said);
  return `backed up by hand, then by the service, with an upload, which the timer begins next in the hour, and begins Compose's and a Swarm's by their files; Prometheus is answered by ${jobs} and works out ${alerts} alerts, of which Alertmanager tells a webhook`;
}
