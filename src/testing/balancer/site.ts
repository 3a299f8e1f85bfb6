/** The site files of `deploy/nginx`, filled in as an operator or a container does, on free ports. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { runProgram } from '../deploy/trial.ts';
import { freePort } from '../free-port.ts';
import type { Certificate } from './certificate-authority.ts';
import { ACCESS_LOG, NGINX_FILES, type SiteFiles } from './nginx-process.ts';

const ENVSUBST = '/usr/bin/envsubst';

/** Who has to show a certificate: the variants of `gatehouse/client-certificates-*.conf`. */
export type ClientCertificates = 'none' | 'machines' | 'all';

/** Where a site listens on loopback, in the place of 443, 80 and 8081. */
export interface SitePorts {
  readonly tls: number;
  readonly plain: number;
  readonly status: number;
}

export async function freeSitePorts(): Promise<SitePorts> {
  return { tls: await freePort(), plain: await freePort(), status: await freePort() };
}

/**
 * Fills a template in with `envsubst`, which nginx's official image does on its way up.
 *
 * @param name - in `deploy/nginx/site`, without `.template`
 */
export async function fillIn(name: string, values: Record<string, string>): Promise<string> {
  await ensurePrograms({ [ENVSUBST]: 'gettext-base' });
  const input = await readFile(join(NGINX_FILES, 'site', `${name}.template`), 'utf8');
  const names = Object.keys(values).map((one) => `\${${one}}`);
  return (await runProgram(ENVSUBST, [names.join(' ')], { input, env: values })).stdout;
}

/** Replicas at these addresses, as an operator writes them down. */
export function replicasAt(addresses: readonly string[]): string {
  const lines = addresses.map((one) => `server ${one} max_fails=1 fail_timeout=5s;`);
  return `upstream gatehouse { include gatehouse/upstream.conf; ${lines.join(' ')} }\n`;
}

/** Any host, without TLS: for what TLS has no part in. */
export function plainSite(port: number, addresses: readonly string[]): SiteFiles {
  return {
    'site/replicas.conf': replicasAt(addresses),
    'site/plain.conf': `
      server {
        listen 127.0.0.1:${port};
        access_log ${ACCESS_LOG} gatehouse;
        include gatehouse/server.conf;
        include gatehouse/client-certificates-none.conf;
      }`,
  };
}

/** The host `localhost`, behind TLS, with replicas that another file names. */
export async function tlsSite(options: {
  ports: SitePorts;
  certificate: Certificate;
  clientCertificates?: ClientCertificates;
  /** Of the authority of client certificates. */
  clientsAuthority?: string;
}): Promise<SiteFiles> {
  const { ports, certificate, clientCertificates = 'none', clientsAuthority } = options;
  const site = await fillIn('gatehouse.conf', {
    SERVER_NAME: 'localhost',
    ACCESS_LOG,
    CLIENT_CERTIFICATES: clientCertificates,
  });
  return {
    'tls/certificate.pem': certificate.certificate,
    'tls/key.pem': certificate.key,
    ...(clientsAuthority === undefined ? {} : { 'tls/clients-ca.pem': clientsAuthority }),
    'site/gatehouse.conf': onPorts(site, ports),
  };
}

/** The ports of a machine of its own are not ours to take. */
function onPorts(site: string, { tls, plain, status }: SitePorts): string {
  return site
    .replaceAll(/^( *listen )443/gm, `$1127.0.0.1:${tls}`)
    .replaceAll(/^( *listen )80/gm, `$1127.0.0.1:${plain}`)
    .replaceAll('listen 127.0.0.1:8081', `listen 127.0.0.1:${status}`);
}
