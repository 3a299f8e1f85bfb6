import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '../balancer/certificate-authority.ts';
import { installedNginx } from '../balancer/nginx-process.ts';
import { ensurePrograms } from '../debian-programs.ts';
import { installedPrograms } from '../installed-postgres.ts';
import { findRedisServer } from '../redis.ts';
import { notesTaken } from './manual.ts';
import { FOLLOWED, NAME } from './operators-host-names.ts';
import { onOwnMachine, WRITABLE_FILES } from './own-machine.ts';
import { ROOT, type Trial } from './trial.ts';

/** The names and addresses of docs/deploy.md, all here. */
const ADDRESSES = `
printf '127.0.0.1 %s\\n' localhost db.example redis.example seq jaeger sentry ${NAME} >/etc/hosts
for last in 11 12 13; do ip address add 10.0.0.$last/32 dev lo; done
`;

/** The commands of docs/deploy.md on a host, over real replicas. */
export const OPERATORS_HOST: readonly Trial[] = [
  {
    artefact: 'a host, from docs/deploy.md',
    how: 'its commands, in a network and on files of their own: nginx before three replicas that are configured as it says, a sign-in, logs and traces (docker compose logs is a file there), a backup, a look at everything but how full disks are',
    covers: [],
    follows: Object.values(FOLLOWED),
    async run() {
      await installedNginx();
      await findRedisServer();
      const { bin } = await installedPrograms();
      await ensurePrograms({
        '/usr/bin/curl': 'curl',
        '/usr/bin/envsubst': 'gettext-base',
        '/usr/bin/age': 'age',
        '/usr/bin/jq': 'jq',
        '/usr/bin/openssl': 'openssl',
        '/usr/bin/redis-cli': 'redis-tools',
      });
      const authority = await createCertificateAuthority();
      const work = await mkdtemp(join(tmpdir(), 'gatehouse-host-'));
      try {
        const { certificate, key } = await authority.issue({ name: NAME, for: 'server' });
        await cp(join(ROOT, 'deploy'), join(work, 'deploy'), { recursive: true });
        const directory = join(work, 'deploy/nginx');
        await writeFile(join(directory, 'fullchain.pem'), certificate);
        await writeFile(join(directory, 'privkey.pem'), key);
        // Whatever is made for a while in there goes with it; PostgreSQL runs as another user.
        const temporary = join(work, 'tmp');
        await mkdir(temporary);
        for (const path of [work, temporary]) await chmod(path, 0o711);
        const ca = join(work, 'ca.pem');
        await writeFile(ca, authority.certificate);
        const env = {
          PATH: `${bin}:${process.env.PATH ?? ''}`,
          HOME: work,
          WORK: work,
          TMPDIR: temporary,
          HEALTH_CA: ca,
          NODE_EXTRA_CA_CERTS: ca,
          ...notesTaken(),
        };
        const inside = join(import.meta.dirname, 'operators-host-inside.ts');
        const { stdout } = await onOwnMachine(
          `${WRITABLE_FILES}${ADDRESSES}exec "${process.execPath}" "${inside}"\n`,
          {
            cwd: work,
            env,
          },
        );
        const seen = stdout.trimEnd().split('\n').at(-1) ?? '';
        assert.match(seen, /^seen: /, stdout);
        return seen.slice('seen: '.length);
      } finally {
        await rm(work, { recursive: true, force: true });
        await authority.stop();
      }
    },
  },
];
