/** A deployment as operators have it: replicas in processes of their own, nginx in front, with TLS. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createTestCli } from '../cli.ts';
import { createTestDatabase } from '../database.ts';
import { freePort } from '../free-port.ts';
import { startTestRedis } from '../redis.ts';
import { createRelyingParty, type RelyingParty } from '../relying-party.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import { type CertificateAuthority, createCertificateAuthority } from './certificate-authority.ts';
import { type NginxProcess, startNginxProcess } from './nginx-process.ts';
import {
  type ClientCertificates,
  freeSitePorts,
  replicasAt,
  type SitePorts,
  tlsSite,
} from './site.ts';

export const MARIA = { identifier: 'maria', password: 'maria-behind-the-balancer' };
/** Of both clients. */
export const CLIENT_SECRET = 'a-secret-behind-the-balancer-of-a-trial';
export const CALLBACK = 'https://shop.example/callback';

const SEED = stringify({
  version: 1,
  tenants: [
    {
      slug: 'default',
      name: 'Balanced',
      applications: [
        {
          key: 'shop',
          name: 'Shop',
          firstParty: true,
          clients: [
            {
              client_id: 'shop',
              client_secret: { value: CLIENT_SECRET },
              redirect_uris: [CALLBACK],
              grant_types: ['authorization_code', 'refresh_token'],
            },
            {
              client_id: 'job',
              client_secret: { value: CLIENT_SECRET },
              redirect_uris: [],
              response_types: [],
              grant_types: ['client_credentials'],
            },
          ],
        },
      ],
      accounts: [{ username: MARIA.identifier, password: { value: MARIA.password } }],
    },
  ],
});

export interface BalancedDeployment {
  /** `https://localhost:PORT`, the issuer of the default tenant. */
  readonly publicUrl: string;
  readonly ports: SitePorts;
  readonly authority: CertificateAuthority;
  readonly replicas: readonly ServerProcess[];
  /** Starts nginx, or replaces it by one that wants other certificates. */
  balance(clientCertificates: ClientCertificates): Promise<NginxProcess>;
  stop(): Promise<void>;
}

/** Call `stop` whatever happens. Nothing listens at the address before `balance`. */
export async function startBalancedDeployment(count: number): Promise<BalancedDeployment> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    return { ...(await build(count, closers)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  count: number,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<BalancedDeployment, 'stop'>> {
  const authority = await createCertificateAuthority();
  closers.push(() => authority.stop());
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  const redis = await startTestRedis();
  closers.push(() => redis.stop());
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-balanced-'));
  closers.push(() => rm(directory, { recursive: true, force: true }));

  const ports = await freeSitePorts();
  const publicUrl = `https://localhost:${ports.tls}`;
  const cli = createTestCli({
    databaseUrl: database.url,
    redisUrl: redis.url,
    environment: { NODE_ENV: 'production', PUBLIC_URL: publicUrl, TRUSTED_PROXIES: '127.0.0.1/32' },
  });
  const seed = join(directory, 'seed.yaml');
  await writeFile(seed, SEED, { mode: 0o600 });
  const { code, stderr } = await cli.run('seed', 'apply', seed);
  if (code !== 0) throw new Error(stderr);

  const replicaPorts: number[] = [];
  const replicas: ServerProcess[] = [];
  for (let index = 0; index < count; index += 1) {
    const port = await freePort();
    const replica = await startServerProcess({ env: { ...cli.environment, PORT: String(port) } });
    closers.push(async () => {
      replica.child.kill('SIGKILL');
      await replica.ended();
    });
    replicaPorts.push(port);
    replicas.push(replica);
  }
  await Promise.all(replicas.map((replica) => replica.untilReady()));

  const certificate = await authority.issue({ name: 'localhost', for: 'server' });
  let nginx: NginxProcess | undefined;
  closers.push(async () => nginx?.stop());
  return {
    publicUrl,
    ports,
    authority,
    replicas,
    async balance(clientCertificates) {
      await nginx?.stop();
      nginx = await startNginxProcess({
        listening: Object.values(ports),
        files: {
          ...(await tlsSite({
            ports,
            certificate,
            clientCertificates,
            clientsAuthority: authority.certificate,
          })),
          'site/replicas.conf': replicasAt(replicaPorts.map((port) => `127.0.0.1:${port}`)),
        },
      });
      return nginx;
    },
  };
}

/** The client `shop`, which knows nothing but the address of the balancer and its own secret. */
export function shopBehind(publicUrl: string, send: typeof fetch): Promise<RelyingParty> {
  return createRelyingParty({
    issuer: publicUrl,
    clientId: 'shop',
    secret: CLIENT_SECRET,
    redirectUri: CALLBACK,
    fetch: send,
  });
}
