import { CLUSTER } from '../cluster/cluster.ts';
import { ACME } from './acme.ts';
import { BACKUP } from './backup.ts';
import { BALANCER } from './balancer.ts';
import { COMPOSE } from './compose.ts';
import { DATABASE_CARE } from './database-care.ts';
import { DATABASE_TLS } from './database-tls.ts';
import { ENGINE } from './engine.ts';
import { FRESH_HOST } from './fresh-host.ts';
import { HELM } from './helm.ts';
import { IMAGE } from './image.ts';
import { KUBERNETES } from './kubernetes.ts';
import { MONITORING } from './monitoring.ts';
import { OPERATORS_HOST } from './operators-host.ts';
import { PGBOUNCER } from './pgbouncer.ts';
import { POSTGRES_INIT } from './postgres-init.ts';
import { REDIS } from './redis.ts';
import { REDIS_CLUSTER } from './redis-cluster.ts';
import { SHELL } from './shell.ts';
import { SWARM } from './swarm.ts';
import { TRACES } from './traces.ts';
import type { Trial } from './trial.ts';
import { WORKFLOWS } from './workflows.ts';

/** Everything that `npm run check:deploy` tries, in this order. */
export const TRIALS: readonly Trial[] = [
  ...IMAGE,
  ...BALANCER,
  ...MONITORING,
  ...BACKUP,
  ...COMPOSE,
  ...POSTGRES_INIT,
  ...DATABASE_TLS,
  ...PGBOUNCER,
  ...REDIS,
  ...DATABASE_CARE,
  ...SHELL,
  ...TRACES,
  ...WORKFLOWS,
  ...KUBERNETES,
  ...REDIS_CLUSTER,
  ...HELM,
  ...CLUSTER,
  ...SWARM,
  ...ENGINE,
  ...ACME,
  ...OPERATORS_HOST,
  ...FRESH_HOST,
];
