/** The load balancer of `deploy/nginx`, without TLS, in front of replicas on loopback. */
import { startNginxProcess } from '../balancer/nginx-process.ts';
import { plainSite } from '../balancer/site.ts';
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
  const addresses = ports.map((one) => `127.0.0.1:${one}`);
  const nginx = await startNginxProcess({
    listening: [port],
    files: plainSite(port, addresses),
  });
  return { ...nginx, port };
}
