import { tryClientCertificates, tryRenewal, tryStapling } from '../balancer/try-certificates.ts';
import { tryConfigurations } from '../balancer/try-configurations.ts';
import { tryFlows } from '../balancer/try-flows.ts';
import { tryForwarding } from '../balancer/try-forwarding.ts';
import { tryHost } from '../balancer/try-host.ts';
import { tryLimitsInOrder } from '../balancer/try-limits.ts';
import { tryNames } from '../balancer/try-names.ts';
import { tryMachines, tryZones } from '../balancer/try-zones.ts';
import type { Trial } from './trial.ts';

const DIRECTORY = 'deploy/nginx';

/** The load balancer of `deploy/nginx`: Debian's nginx with the files as they ship. */
export const BALANCER: readonly Trial[] = [
  {
    artefact: 'nginx configuration',
    how: 'nginx -t of each variant',
    covers: [DIRECTORY],
    run: tryConfigurations,
  },
  {
    artefact: 'nginx on a host',
    how: 'the commands of docs/deploy.md, in a network of their own',
    covers: [`${DIRECTORY}/site`],
    run: tryHost,
  },
  {
    artefact: 'nginx flows',
    how: 'sign-ins over TLS and HTTP/2 through three replicas: logs, headers, redirects, compression, dead replicas',
    covers: [DIRECTORY],
    run: tryFlows,
  },
  {
    artefact: 'nginx forwarding',
    how: 'what a replica is told of a caller who says wrong things of itself',
    covers: [`${DIRECTORY}/gatehouse/proxy.conf`],
    run: tryForwarding,
  },
  {
    artefact: 'nginx limits',
    how: 'one address asks for more than it may, while another signs in',
    covers: [`${DIRECTORY}/gatehouse/limits.conf`],
    run: tryLimitsInOrder,
  },
  {
    artefact: 'nginx zones',
    how: 'what is counted as one caller, each limit used up',
    covers: [`${DIRECTORY}/gatehouse/limits.conf`, `${DIRECTORY}/site/real-ip.conf.template`],
    run: tryZones,
  },
  {
    artefact: 'nginx machines',
    how: 'every way to write a token endpoint, with limits made small',
    covers: [`${DIRECTORY}/gatehouse/token.conf`],
    run: tryMachines,
  },
  {
    artefact: 'nginx client certificates',
    how: 'machines, then everybody, with a certificate, without, and with a foreign one',
    covers: [
      `${DIRECTORY}/gatehouse/client-certificates-machines.conf`,
      `${DIRECTORY}/gatehouse/client-certificates-all.conf`,
    ],
    run: tryClientCertificates,
  },
  {
    artefact: 'nginx stapling',
    how: 'a handshake that asks for the state of the certificate, and a responder',
    covers: [`${DIRECTORY}/gatehouse/stapling.conf`],
    run: tryStapling,
  },
  {
    artefact: 'nginx renewal',
    how: 'another certificate, and SIGHUP, while clients ask',
    covers: [`${DIRECTORY}/site/gatehouse.conf.template`],
    run: tryRenewal,
  },
  {
    artefact: 'nginx replicas by name',
    how: 'the templates in an nginx as new as the official image, and a name server whose answers change',
    covers: [`${DIRECTORY}/site/replicas-by-name.conf.template`],
    run: tryNames,
  },
];
