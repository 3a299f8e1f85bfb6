import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONNECTION_RESERVE } from '../../connection-budget.ts';
import { changeProblems, numberProblems } from './swarm-changes.ts';
import { SWARM_MONITORING } from './swarm-monitoring.ts';
import {
  loadStack,
  SECRETS_OF_MANUAL,
  type Service,
  type Stack,
  secretsOfManual,
  stackProblems,
  unlikeSecrets,
  wholeProblems,
} from './swarm-stack.ts';
import { ROOT, type Trial } from './trial.ts';

const FILE = 'deploy/swarm/stack.yml';

/** What PostgreSQL has for the role of the replicas: deploy/postgres/init. */
const CONNECTIONS = 180;

/** What nginx finds replicas by, and for how many seconds it believes that. */
const BY_NAME = 'deploy/nginx/site/replicas-by-name.conf.template';
/** For another node to hear of it, and for an answer of the DNS that is lost. */
const GOSSIP_SECONDS = 4;

/** Directories whose files services have each of. */
const WHOLE = {
  nginx: { from: 'deploy/nginx/gatehouse', to: '/etc/nginx/gatehouse' },
  postgres: { from: 'deploy/postgres/init', to: '/docker-entrypoint-initdb.d' },
};

/** The stack, as Docker's own loader reads it. */
export const SWARM: readonly Trial[] = [
  {
    artefact: 'swarm',
    how: "Docker's own loader of stacks; the secrets that the commands of docs/deploy.md make; what services say of one another, of files that are there, and of the server; what is replaced when one of those is another",
    covers: [FILE, 'deploy/swarm/with-hashes.sh'],
    follows: [SECRETS_OF_MANUAL.watched],
    async run() {
      const stack = await loadStack(FILE);
      const problems = [
        ...(await stackProblems(stack)),
        ...(await wholeProblems(stack, WHOLE)),
        ...serverProblems(stack.services.app),
        ...(await delayProblems(stack.services.app)),
        ...(await secretProblems(stack)),
        ...(await changeProblems(FILE)),
        ...(await numberProblems(FILE)),
      ];
      if (problems.length > 0) throw new Error(problems.join('\n'));
      const count = (of: object) => Object.keys(of).length;
      return `${count(stack.services)} services, ${count(stack.secrets)} secrets, ${count(stack.configs)} files of others`;
    },
  },
  ...SWARM_MONITORING,
];

/** What the commands of docs/deploy.md make is what the stack asks for, and fits together. */
async function secretProblems(stack: Stack): Promise<string[]> {
  const made = await secretsOfManual([SECRETS_OF_MANUAL.watched]);
  const secret = (name: string) => made.get(`gatehouse_${name}_1`) ?? '';
  const urls = [
    ['database_url', 'app'],
    ['migrator_database_url', 'migrator'],
    ['redis_url', 'redis_app'],
  ] as const;
  return [
    ...unlikeSecrets(stack, made),
    ...urls
      .filter(([url, role]) => new URL(secret(url)).password !== secret(`${role}_password`))
      .map(([url, role]) => `${url} has another password than ${role} has`),
  ];
}

/** A replica is there until nobody sends anything to its address any more. */
async function delayProblems(app: Service | undefined): Promise<string[]> {
  const [, believed] = /valid=(\d+)s/.exec(await readFile(join(ROOT, BY_NAME), 'utf8')) ?? [];
  const delay = Number(app?.environment.SHUTDOWN_DELAY_SECONDS);
  return delay > Number(believed) + GOSSIP_SECONDS
    ? []
    : [`app is there for ${delay} s, and nginx sends to it for ${believed} s and more`];
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
