import { tryBackupImage } from './engine-backup.ts';
import { tryCompose, tryDevelopment, tryProduction } from './engine-compose.ts';
import { tryImage } from './engine-image.ts';
import { ensureImages } from './engine-images.ts';
import { type EngineMachine, startEngineMachine } from './engine-machine.ts';
import { trySwarm } from './engine-swarm.ts';
import type { Trial } from './trial.ts';

/** The commands of docs/deploy.md, as they stand there, by Docker's engine on a machine of its own. */
export const ENGINE: readonly Trial[] = [
  {
    artefact: 'engine image',
    how: 'the lines of docs/deploy.md, by Docker on a machine of its own',
    covers: ['Dockerfile', '.dockerignore'],
    run: () => withMachine(tryImage),
  },
  {
    artefact: 'engine backup image',
    how: 'the lines of docs/deploy.md, by Docker: a backup, restored and verified',
    covers: ['deploy/backup'],
    run: () => withMachine(tryBackupImage),
  },
  {
    artefact: 'engine compose',
    how: 'the lines of docs/deploy.md, by Docker and Compose; somebody signs in through nginx',
    covers: ['docker-compose.yml', 'deploy/compose'],
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
    how: 'the lines of docs/deploy.md, with files for secrets, and the backup',
    covers: ['docker-compose.yml', 'docker-compose.prod.yml', 'deploy/compose', 'deploy/backup'],
    run: () => withMachine(tryProduction),
  },
  {
    artefact: 'engine swarm',
    how: 'the lines of docs/deploy.md, by two of Docker, with shorter waits between replicas',
    covers: ['deploy/swarm', 'deploy/backup'],
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
