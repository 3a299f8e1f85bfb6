/** A certificate by ACME, as docs/deploy.md has nginx and certbot get one. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '../balancer/certificate-authority.ts';
import { installedNginx } from '../balancer/nginx-process.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { goTool } from './go-tools.ts';
import { commandsOfManual, withoutPackages } from './manual.ts';
import { FOLLOWED, NAME } from './operators-host-names.ts';
import { onOwnMachine, WRITABLE_FILES } from './own-machine.ts';
import { ROOT, type Trial } from './trial.ts';

/** Their first lines. */
const CERTBOT = 'apt-get install certbot';
const IPV6 = "sed -i 's/# listen \\[::\\]/listen [::]/' /etc/nginx/site/gatehouse.conf";

/** A certificate authority as the public ones are, for trials: of the makers of one of those. */
const PEBBLE = { module: 'github.com/letsencrypt/pebble/v2/cmd/pebble', version: 'v2.10.3' };

/** Where it is to be found, by a name that its own certificate has. */
const ACME_NAME = 'acme.example.com';

const PEBBLE_SETTINGS = {
  pebble: {
    listenAddress: '127.0.0.1:14000',
    managementListenAddress: '127.0.0.1:15000',
    certificate: 'pebble.pem',
    privateKey: 'pebble.key',
    // Where it looks for what proves a name.
    httpPort: 80,
    tlsPort: 443,
  },
};

const PREPARE = `
printf '127.0.0.1 %s\\n' localhost ${ACME_NAME} >/etc/hosts
# Nobody finds it by IPv4.
echo '::1 ${NAME}' >>/etc/hosts
mkdir -p /etc/letsencrypt
echo 'server = https://${ACME_NAME}:14000/dir' >/etc/letsencrypt/cli.ini
nginx
PEBBLE_VA_NOSLEEP=1 "$PEBBLE" -config pebble.json >pebble.log 2>&1 &
`;

/** What nginx shows, and the number of the certificate. */
const SHOWN = `openssl s_client -connect '[::1]:443' -servername ${NAME} </dev/null 2>/dev/null | openssl x509 -noout -issuer -serial`;

/** Waits until nginx shows one of Pebble, and another than before. */
const untilShown = (before: string) => `
for _ in $(seq 100); do
  now=$(${SHOWN})
  case $now in *Pebble*) [ "$now" = "${before}" ] || break ;; esac
  sleep 0.1
done
echo "shown: $now" | tr '\\n' ' '
echo
`;

/** Certificates for the load balancer of a host. */
export const ACME: readonly Trial[] = [
  {
    artefact: 'certificate by ACME, from docs/deploy.md',
    how: 'Debian’s nginx and certbot by its commands, and Pebble, the ACME server for trials, by IPv6 alone; then a renewal',
    covers: [],
    follows: [IPV6, CERTBOT],
    async run() {
      await installedNginx();
      await ensurePrograms({
        '/usr/bin/certbot': 'certbot',
        '/usr/bin/curl': 'curl',
        '/usr/bin/openssl': 'openssl',
        '/usr/bin/envsubst': 'gettext-base',
      });
      const pebble = await goTool(PEBBLE);
      const authority = await createCertificateAuthority();
      const work = await mkdtemp(join(tmpdir(), 'gatehouse-acme-'));
      try {
        await cp(join(ROOT, 'deploy'), join(work, 'deploy'), { recursive: true });
        await writeFile(join(work, 'pebble.json'), JSON.stringify(PEBBLE_SETTINGS));
        await writeFile(join(work, 'ca.pem'), authority.certificate);
        const own = await authority.issue({ name: ACME_NAME, for: 'server' });
        await writeFile(join(work, 'pebble.pem'), own.certificate);
        await writeFile(join(work, 'pebble.key'), own.key);
        const first = await authority.issue({ name: NAME, for: 'server' });
        await writeFile(join(work, 'deploy/nginx/fullchain.pem'), first.certificate);
        await writeFile(join(work, 'deploy/nginx/privkey.pem'), first.key);
        const { stdout } = await onOwnMachine(await commands(), {
          cwd: work,
          env: {
            PATH: process.env.PATH,
            HOME: work,
            WORK: work,
            PEBBLE: pebble,
            REQUESTS_CA_BUNDLE: join(work, 'ca.pem'),
          },
        });
        return assertRenewed(stdout);
      } finally {
        await rm(work, { recursive: true, force: true });
        await authority.stop();
      }
    },
  },
];

async function commands(): Promise<string> {
  const [balancer, ipv6, certbot] = await Promise.all([
    commandsOfManual(FOLLOWED.balancer),
    commandsOfManual(IPV6),
    commandsOfManual(CERTBOT),
  ]);
  // Packages are there, and replicas are not.
  const here = (block: string) => withoutPackages(block).replaceAll(/^curl .*\n/gm, '');
  return [
    WRITABLE_FILES,
    PREPARE,
    `( ${here(balancer)} )`,
    ipv6,
    here(certbot),
    untilShown(''),
    'before=$now',
    // By itself it waits for up to eight minutes, so that not everybody comes at once.
    'certbot renew --force-renewal --quiet --no-random-sleep-on-renew',
    untilShown('$before'),
  ].join('\n');
}

function assertRenewed(stdout: string): string {
  const shown = stdout.split('\n').filter((line) => line.startsWith('shown: '));
  const serials = shown.map((line) => /serial=(\w+)/.exec(line)?.[1]);
  for (const line of shown) assert.match(line, /issuer=.*Pebble/, stdout);
  assert.equal(new Set(serials).size, 2, stdout);
  return 'nginx shows what was issued by way of IPv6, and what was issued when it was renewed';
}
