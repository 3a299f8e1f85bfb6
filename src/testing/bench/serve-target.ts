/**
 * One server under measurement, in a process of its own: `node serve-target.ts KIND`. Prints its
 * issuer when it is ready and ends when its standard input does.
 */
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.ts';
import { startDeployment } from '../gatehouse.ts';
import { startBareProvider } from './bare-provider.ts';

const SEED = fileURLToPath(new URL('./bench-seed.yaml', import.meta.url));

/** What can be measured; the first is the yardstick. */
export const TARGETS = ['bare', 'postgres+redis', 'embedded'] as const;
export type Target = (typeof TARGETS)[number];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { issuer, stop } = await start(process.argv[2]);
  process.stdout.write(`${issuer}\n`);
  process.stdin.resume();
  process.stdin.once('end', () => void stop().finally(() => process.exit(0)));
}

async function start(kind: string | undefined) {
  if (kind === 'bare') {
    const port = await freePort();
    const server = await startBareProvider(port);
    return { issuer: `http://localhost:${port}`, stop: async () => void server.close() };
  }
  const deployment = await startDeployment({
    store: kind === 'embedded' ? 'postgres' : 'redis',
    seed: SEED,
    env: { DATABASE_POOL_MAX: '10' },
  });
  return { issuer: deployment.publicUrl, stop: deployment.stop };
}
