import { tryBackupImage } from './engine-backup.ts';
import { tryCompose, tryDevelopment, tryProduction } from './engine-compose.ts';
import { tryImage } from './engine-image.ts';
import { ensureImages } from './engine-images.ts';
import { type EngineMachine, startEngineMachine } from './engine-machine.ts';
import { trySwarm } from './engine-swarm.ts';
import type { Trial } from './trial.ts';

const PRODUCTION = 'docker compose --env-file /etc/gatehouse/compose.env';
const INVITE = `${PRODUCTION} exec app gatehouse account invite you@example.com --reveal`;

/** The commands of docs/deploy.md, as they stand there, by Docker's engine on a machine of its own. */
export const ENGINE: readonly Trial[] = [
  {
    artefact: 'engine image',
    how: 'the lines of docs/deploy.md, by Docker on a machine of its own',
    covers: ['Dockerfile', '.dockerignore'],
    follows: [
      'docker build \\',
      'docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \\',
      "docker inspect --format '{{json .Config.Labels}}' gatehouse:0.1.0      # version, revision",
    ],
    run: () => withMachine(tryImage),
  },
  {
    artefact: 'engine backup image',
    how: 'the lines of docs/deploy.md, by Docker: a backup, restored and verified',
    covers: ['deploy/backup'],
    follows: [
      'docker build --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" \\',
      'in_backup_image() {',
    ],
    run: () => withMachine(tryBackupImage),
  },
  {
    artefact: 'engine compose',
    how: 'the lines of docs/deploy.md, by Docker and Compose; somebody signs in through nginx',
    covers: ['docker-compose.yml', 'deploy/compose'],
    follows: [
      'deploy/compose/make-secrets.sh env .env',
      'docker compose down --volumes                   # and all that is in PostgreSQL and Redis',
      INVITE,
    ],
    run: () => withMachine(tryCompose),
  },
  {
    artefact: 'engine development',
    how: 'the overrides for development and for tests, by Docker and Compose',
    covers: ['docker-compose.yml', 'docker-compose.dev.yml', 'docker-compose.test.yml'],
    run: () => withMachine(tryDevelopment),
  },
  {
    artefact: 'engine production',
    how: 'the lines of docs/deploy.md, with files for secrets; a backup, restored',
    covers: [
      'docker-compose.yml',
      'docker-compose.prod.yml',
      'docker-compose.upload.yml',
      'deploy/compose',
      'deploy/backup',
      'deploy/postgres/set-aside.sql',
    ],
    follows: [
      'SERVER_NAME=login.example.com SMTP_URL=smtp://user:password@mail.example.com:587 \\',
      'install -d -m 700 -o 10001 -g 10001 /var/backups/gatehouse',
      'compose() { docker compose --env-file /etc/gatehouse/compose.env "$@"; }',
      `${PRODUCTION} up --detach --wait`,
      `${PRODUCTION} up --detach --wait --force-recreate nginx`,
      `${PRODUCTION} up --detach --wait --force-recreate app`,
      `${PRODUCTION} exec --user postgres postgres psql gatehouse`,
      `${PRODUCTION} exec redis \\`,
      INVITE,
      "# In Compose's production.",
    ],
    run: () => withMachine(tryProduction),
  },
  {
    artefact: 'engine swarm',
    how: 'the lines of docs/deploy.md, by two of Docker, with shorter waits between replicas; a backup, restored',
    covers: ['deploy/swarm', 'deploy/backup', 'deploy/postgres/set-aside.sql'],
    follows: [
      'docker node update --label-add gatehouse.data=yes NODE     # the disks',
      'export PUBLIC_URL=https://login.example.com SERVER_NAME=login.example.com',
      'export SEEDS=$PWD/my-seeds.yaml',
      'export TLS_REVISION=2',
      'container() { docker ps --quiet --filter "label=com.docker.swarm.service.name=gatehouse_$1"; }',
      'install -D -m 400 -o 10001 -t /etc/gatehouse pg_service.conf recipients.txt signing.pem',
      'install -D -m 400 -o 10001 -t /etc/gatehouse monitor_service.conf health_password',
      'docker service scale gatehouse_app=0 gatehouse-monitoring_postgres-exporter=0',
      'docker service scale gatehouse-monitoring_postgres-exporter=1',
      'docker node update --label-add gatehouse.monitoring=yes NODE',
      'deploy/swarm/with-hashes.sh docker stack deploy --resolve-image changed \\',
    ],
    run: () => withMachine(trySwarm),
  },
];

async function withMachine(trial: (machine: EngineMachine) => Promise<string>): Promise<string> {
  const machine = await startEngineMachine();
  try {
    await ensureImages(machine);
    return await trial(machine);
  } finally {
    await machine.stop();
  }
}
