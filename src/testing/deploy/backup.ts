import { tryBackupImage } from './backup-image.ts';
import { tryBackupMetrics } from './backup-metrics.ts';
import { tryHealth } from './health.ts';
import { LOOK, RESTORE } from './kubernetes-by-hand.ts';
import { tryMove } from './move.ts';
import { tryRedisSnapshot } from './redis-snapshot.ts';
import { tryRestoreWithRoles } from './restore-roles.ts';
import { runProgram, type Trial } from './trial.ts';

const DIRECTORY = 'deploy/backup';

/** What is kept and brought back, and the look at whether all is in order. */
export const BACKUP: readonly Trial[] = [
  {
    artefact: 'backup',
    how: 'npm run drill:backup: back up under load, restore elsewhere, verify, sign in again',
    covers: [`${DIRECTORY}/backup.sh`, `${DIRECTORY}/restore.sh`, `${DIRECTORY}/verify.sh`],
    async run() {
      const { stdout } = await runProgram(process.execPath, ['src/testing/backup/drill.ts']);
      return stdout.trim().split('\n').at(-1) ?? '';
    },
  },
  {
    artefact: 'backup by roles',
    how: 'made by gatehouse_backup and restored by gatehouse_migrator in a database of deploy/postgres: who may do what before and after',
    covers: [`${DIRECTORY}/restore.sh`, 'deploy/database/monitor.sql'],
    run: tryRestoreWithRoles,
  },
  {
    artefact: 'backup image',
    how: 'built by buildah; in it, as user 10001 on a read-only root: what the CronJob runs, then restored and its rows counted in a pod by hand, by the commands of docs/deploy.md',
    covers: [`${DIRECTORY}/Dockerfile`],
    follows: [RESTORE, LOOK],
    run: tryBackupImage,
  },
  {
    artefact: 'backup metrics',
    how: 'what backup.sh leaves to Debian’s node_exporter, and leaves as it is where the upload fails',
    covers: [`${DIRECTORY}/backup.sh`],
    run: tryBackupMetrics,
  },
  {
    artefact: 'move between environments',
    how: 'production into staging: refusals, without people, with them, a sign-in there',
    covers: [
      `${DIRECTORY}/move.sh`,
      `${DIRECTORY}/move-nobody.sql`,
      `${DIRECTORY}/move-people.sql`,
    ],
    run: tryMove,
  },
  {
    artefact: 'redis snapshot',
    how: 'taken from a running server’s Redis, with the settings of the CronJob, and laid into a fresh one',
    covers: [`${DIRECTORY}/redis-snapshot.sh`, `${DIRECTORY}/redis-restore.sh`],
    run: tryRedisSnapshot,
  },
  {
    artefact: 'health script',
    how: 'against a deployment with TLS, Redis and a backup; then each fault is made',
    covers: ['deploy/health.sh'],
    run: tryHealth,
  },
];
