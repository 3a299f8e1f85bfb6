import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { NotToBeHad, ROOT, runProgram } from '../deploy/trial.ts';
import { createCertificateAuthority } from './certificate-authority.ts';
import { installedNginx, NGINX_FILES } from './nginx-process.ts';

const NAME = 'login.example.com';
const UNSHARE = '/usr/bin/unshare';
/** A network, mounts and processes of its own: what is done in there leaves nothing behind. */
const OF_ITS_OWN = ['--net', '--mount', '--pid', '--fork', '--kill-child'];

/** The machine before the commands: Debian's nginx runs, and replicas at the example's addresses. */
const BEFORE = `
set -eu
ip link set lo up
for last in 11 12 13; do ip address add 10.0.0.$last/32 dev lo; done
mount --make-rprivate /
mount --bind etc-nginx /etc/nginx
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log/nginx
mkdir -p /var/www
mount -t tmpfs tmpfs /var/www
nginx
"$NODE" --eval '
  const { createServer } = require("node:http");
  for (const last of [11, 12, 13])
    createServer((req, res) => res.end("replica " + req.headers.host)).listen(3000, "10.0.0." + last);
' &
`;

/** What an operator sees afterwards. */
const AFTER = `
echo
ask() { curl -sS --cacert "$WORK/ca.pem" --resolve ${NAME}:443:127.0.0.1 --resolve ${NAME}:80:127.0.0.1 "$@"; }
# Workers of before may answer for a moment longer.
for _ in $(seq 50); do
  [ "$(ask -o "$WORK/first" -w '%{http_code}' http://${NAME}/auth)" = 404 ] || break
  sleep 0.1
done
ask -w ' %{http_code} %{http_version}\\n' https://${NAME}/
ask -o /dev/null -w '%{http_code} %{redirect_url}\\n' http://${NAME}/auth
tail -n 1 /var/log/nginx/gatehouse.log
mkdir -p /var/www/acme/.well-known/acme-challenge
echo proof > /var/www/acme/.well-known/acme-challenge/token
ask http://${NAME}/.well-known/acme-challenge/token
`;

/**
 * The commands of docs/deploy.md, as they stand there, on a machine that is nobody's.
 *
 * @returns what was seen
 */
export async function tryHost(): Promise<string> {
  await installedNginx();
  await ensurePrograms({
    '/usr/sbin/ip': 'iproute2',
    '/usr/bin/curl': 'curl',
    '/usr/bin/envsubst': 'gettext-base',
    [UNSHARE]: 'util-linux',
  });
  await runProgram(UNSHARE, [...OF_ITS_OWN, 'true']).catch((cause: unknown) => {
    throw new NotToBeHad('a network namespace, which this user may not make', { cause });
  });
  const authority = await createCertificateAuthority();
  const work = await mkdtemp(join(tmpdir(), 'gatehouse-host-'));
  try {
    const { certificate, key } = await authority.issue({ name: NAME, for: 'server' });
    const directory = join(work, 'deploy/nginx');
    await cp(NGINX_FILES, directory, { recursive: true });
    await cp('/etc/nginx', join(work, 'etc-nginx'), { recursive: true });
    await writeFile(join(directory, 'fullchain.pem'), certificate);
    await writeFile(join(directory, 'privkey.pem'), key);
    await writeFile(join(work, 'ca.pem'), authority.certificate);
    const env = { ...process.env, NODE: process.execPath, WORK: work };
    const script = `${BEFORE}${await commandsOfManual()}${AFTER}`;
    const { stdout } = await runProgram(UNSHARE, [...OF_ITS_OWN, 'bash', '-c', script], {
      cwd: work,
      env,
    });
    const [ready = '', page, redirect, line = '{}', challenge] = stdout.trim().split('\n');
    assert.match(ready, /^replica /);
    assert.equal(page, `replica ${NAME} 200 2`);
    assert.equal(redirect, `301 https://${NAME}/auth`);
    assert.equal(JSON.parse(line).path, '/auth');
    assert.equal(challenge, 'proof');
    return 'as they stand there, and then a page over HTTP/2';
  } finally {
    await rm(work, { recursive: true, force: true });
    await authority.stop();
  }
}

/** But for the packages, which are there. */
async function commandsOfManual(): Promise<string> {
  const manual = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8');
  const [, section = ''] = manual.split('\n## The load balancer\n');
  const [, block] = /```sh\n(.*?)```/s.exec(section) ?? [];
  if (block === undefined) throw new Error('docs/deploy.md has no commands for the load balancer');
  return block.replaceAll(/^apt-get .*\n/gm, '');
}
