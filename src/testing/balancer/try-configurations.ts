import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificateAuthority } from './certificate-authority.ts';
import { examineNginxFiles, NGINX_FILES } from './nginx-process.ts';
import { type ClientCertificates, fillIn, freeSitePorts, tlsSite } from './site.ts';

const VARIANTS: readonly ClientCertificates[] = ['none', 'machines', 'all'];

/**
 * Has nginx look at every variant of the files, with the replicas of the example.
 *
 * @returns what was seen
 * @throws Error when it has anything to say of one, a warning included
 */
export async function tryConfigurations(): Promise<string> {
  const authority = await createCertificateAuthority();
  try {
    const certificate = await authority.issue({ name: 'localhost', for: 'server' });
    const ports = await freeSitePorts();
    for (const clientCertificates of VARIANTS) {
      const clientsAuthority = authority.certificate;
      const site = await tlsSite({ ports, certificate, clientCertificates, clientsAuthority });
      const said = await examineNginxFiles({
        ...site,
        'site/replicas.conf': await readFile(
          join(NGINX_FILES, 'site/replicas.conf.example'),
          'utf8',
        ),
        'site/real-ip.conf': await fillIn('real-ip.conf', { FRONT_PROXY: '203.0.113.0/24' }),
      });
      if (/\[(warn|error|crit|alert|emerg)\]/.test(said)) throw new Error(said);
    }
    return `client certificates for ${VARIANTS.join(', ')}: nothing to complain of`;
  } finally {
    await authority.stop();
  }
}
