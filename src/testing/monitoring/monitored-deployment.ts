import { createServer } from 'node:https';
import { fileURLToPath } from 'node:url';
import { createAdminServer } from '../../http/admin-server.ts';
import { closeServer, listen } from '../../http/create-http-server.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { demoParty, visitor } from '../demo-clients.ts';
import { ALICE, type Replica, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { LOOPBACK_CERTIFICATE } from '../loopback-certificate.ts';
import { signIn } from '../relying-party.ts';
import { silentLogger } from '../silent-logger.ts';
import { startExporter } from './programs.ts';
import { startPrometheus, type TestPrometheus } from './prometheus.ts';
import { troubledMetrics } from './troubled-metrics.ts';

const BLACKBOX = fileURLToPath(new URL('../../../deploy/prometheus/blackbox.yml', import.meta.url));
const REPLICAS = 2;

/** Replicas on real services, with all that Prometheus reads and Prometheus itself. */
export interface MonitoredDeployment {
  readonly deployment: TestDeployment;
  readonly prometheus: TestPrometheus;
  /** `host:port` of each replica's metrics. */
  readonly instances: readonly string[];
  /** Has Prometheus read one more. */
  addReplica(address: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it; call `stop` whatever happens. */
export async function startMonitoredDeployment(): Promise<MonitoredDeployment> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closing.toReversed()) await close();
  };
  try {
    const deployment = await startDeployment({ store: 'redis', replicas: REPLICAS, mail: true });
    closing.push(() => deployment.stop());
    const instances: string[] = [];
    for (const { gatehouse } of deployment.replicas) {
      const admin = await serveMetrics(gatehouse);
      closing.push(admin.stop);
      instances.push(admin.address);
    }
    const edge = await startEdge(deployment.replicas[0]);
    closing.push(edge.stop);
    const redis = await startExporter('redis', {
      env: { REDIS_ADDR: deployment.redis?.url ?? '' },
    });
    closing.push(redis.stop);
    const postgres = await startExporter('postgres', {
      env: { DATA_SOURCE_NAME: keywordsOf(deployment.databaseUrl) },
    });
    closing.push(postgres.stop);
    const blackbox = await startExporter('blackbox', { args: [`--config.file=${BLACKBOX}`] });
    closing.push(blackbox.stop);
    const prometheus = await startPrometheus({
      targets: {
        gatehouse: [{ targets: instances }],
        redis: [{ targets: [`127.0.0.1:${redis.port}`] }],
        postgres: [{ targets: [`127.0.0.1:${postgres.port}`] }],
        edge: [{ targets: [edge.url], labels: { __param_module: 'edge' } }],
        alertmanager: [],
        backup: [],
        'fluent-bit': [],
      },
      blackbox: `127.0.0.1:${blackbox.port}`,
    });
    closing.push(prometheus.stop);
    const addReplica = (address: string) =>
      prometheus.setTargets('gatehouse', [{ targets: [...instances, address] }]);
    return { deployment, prometheus, instances, addReplica, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a day of a deployment has of everything, in a few seconds. */
export async function liveThroughADay({ deployment }: MonitoredDeployment): Promise<void> {
  const web = await demoParty(deployment, 'notes-web');
  const browser = visitor(deployment);
  const tokens = await signIn(browser, web, ALICE, {
    scope: 'openid offline_access',
    prompt: 'consent',
  });
  await web.refresh(tokens.refresh_token ?? '');
  await fetch(`${web.issuer}/me`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
  await fetch(`${web.issuer}/jwks`);
  await fetch(`${web.issuer}/nothing-is-here`);

  const token = (clientId: string, secret: string, form: Record<string, string>) =>
    fetch(`${web.issuer}/token`, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
      },
      body: new URLSearchParams(form),
    });
  const job = 'demo-secret-of-reports-job-not-for-production';
  await token('reports-job', job, { grant_type: 'client_credentials' });
  await token('reports-job', 'not its secret', { grant_type: 'client_credentials' });
  await token('notes-web', 'demo-secret-of-notes-web-not-for-production', {
    grant_type: 'authorization_code',
    code: 'no-such-code',
    redirect_uri: web.redirectUri,
    code_verifier: 'a-code-verifier-of-at-least-forty-three-characters',
  });

  const guest = visitor(deployment);
  const page = await guest.open((await web.begin()).url.href);
  const refused = await guest.submit(
    page,
    { identifier: ALICE.identifier, password: 'a wrong password' },
    { action: '/sign-in' },
  );
  const asked = await guest.submit(refused, { way: 'recover' }, { action: '/way' });
  await guest.submit(asked, { identifier: ALICE.identifier }, { action: '/recover' });
}

/**
 * Metrics of a replica on which everything has gone wrong once. For what does not happen within the
 * seconds of a trial: names are those of a replica all the same, since the same code makes them.
 */
export async function startTroubledReplica(): Promise<{ address: string; stop(): Promise<void> }> {
  return serveMetrics({ metrics: await troubledMetrics(createMetrics()), health: ALIVE });
}

const ALIVE = {
  live: async () => ({ status: 200, body: { status: 'ok' } }) as const,
  ready: async () => ({ status: 200, body: { status: 'ok' } }) as const,
};

async function serveMetrics(
  parts: Pick<Parameters<typeof createAdminServer>[0], 'metrics' | 'health'>,
): Promise<{ address: string; stop(): Promise<void> }> {
  const server = createAdminServer({ ...parts, logger: silentLogger });
  const { port } = await listen(server, { what: 'ADMIN_PORT', host: '127.0.0.1', port: 0 });
  return { address: `127.0.0.1:${port}`, stop: () => closeServer(server) };
}

/** Readiness behind TLS, as a load balancer answers it. */
async function startEdge(
  replica: Replica | undefined,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { certificate: cert, key } = LOOPBACK_CERTIFICATE;
  const server = createServer({ cert, key }, async (_, res) => {
    const answer = await replica?.gatehouse.health.ready();
    res.writeHead(answer?.status ?? 502).end();
  });
  const { port } = await listen(server, { what: 'edge', host: '127.0.0.1', port: 0 });
  return { url: `https://127.0.0.1:${port}/health/ready`, stop: () => closeServer(server) };
}

/** A PostgreSQL URL as libpq's keywords, which every library reads alike. */
function keywordsOf(url: string): string {
  const { username, password, hostname, port, pathname, searchParams } = new URL(url);
  const words = {
    host: searchParams.get('host') ?? hostname,
    port: port === '' ? '5432' : port,
    user: decodeURIComponent(username),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    dbname: pathname.slice(1),
    sslmode: 'disable',
  };
  return Object.entries(words)
    .map(([name, value]) => `${name}='${value}'`)
    .join(' ');
}
