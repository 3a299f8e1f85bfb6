import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { startDeployment } from '../gatehouse.ts';
import { FLOWS } from './flows.ts';

const SEED = fileURLToPath(new URL('./bench-seed.yaml', import.meta.url));
const OPERATIONS = 20;

interface RoundTrips {
  readonly flow: string;
  /** Average over 20 operations; the audit log's group commit makes it a fraction. */
  readonly postgres: string;
  readonly redis: string;
}

/** Counts what one operation of each flow asks of PostgreSQL and Redis, one at a time. */
export async function countRoundTrips(): Promise<RoundTrips[]> {
  const deployment = await startDeployment({ store: 'redis', seed: SEED });
  const counts = { postgres: 0, redis: 0 };
  deployment.backends.db.on('query', () => {
    counts.postgres += 1;
  });
  const watcher = new Redis(deployment.redis?.url ?? '');
  const monitor = await watcher?.monitor();
  monitor?.on('monitor', (_time: string, _args: string[], source: string) => {
    // What a script does inside Redis is no round trip.
    if (source !== 'lua') counts.redis += 1;
  });
  try {
    const rows: RoundTrips[] = [];
    for (const flow of FLOWS) {
      const make = await flow.prepare(deployment.publicUrl, false);
      const operation = await make();
      for (let warm = 0; warm < 3; warm += 1) await operation();
      await deployment.backends.audit.flush();
      counts.postgres = 0;
      counts.redis = 0;
      for (let run = 0; run < OPERATIONS; run += 1) await operation();
      await deployment.backends.audit.flush();
      rows.push({
        flow: flow.name,
        postgres: (counts.postgres / OPERATIONS).toFixed(1),
        redis: (counts.redis / OPERATIONS).toFixed(1),
      });
    }
    return rows;
  } finally {
    monitor?.disconnect();
    watcher?.disconnect();
    await deployment.stop();
  }
}
