/** The load balancer of `deploy/nginx`, without TLS, in front of replicas on loopback. */
import { ACCESS_LOG, startNginxProcess } from '../balancer/nginx-process.ts';
import { freePort } from '../free-port.ts';

export interface Nginx {
  readonly port: number;
  /** Lines of its access log. */
  accessLog(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * Starts nginx with a directory of its own.
 *
 * @throws Error that says what to install
 */
export async function startNginx(ports: readonly number[]): Promise<Nginx> {
  const port = await freePort();
  const nginx = await startNginxProcess({
    listening: [port],
    files: {
      'site/replicas.conf': replicasAt(ports.map((one) => `127.0.0.1:${one}`)),
      'site/plain.conf': `
        server {
          listen 127.0.0.1:${port};
          access_log ${ACCESS_LOG} gatehouse;
          include gatehouse/server.conf;
          include gatehouse/client-certificates-none.conf;
        }`,
    },
  });
  return { ...nginx, port };
}

/** The file of `deploy/nginx/site` that names replicas, for these. */
export function replicasAt(addresses: readonly string[]): string {
  const lines = addresses.map((one) => `server ${one} max_fails=1 fail_timeout=5s;`);
  return `upstream gatehouse { include gatehouse/upstream.conf; ${lines.join(' ')} }\n`;
}
