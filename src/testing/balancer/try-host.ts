import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { commandsOfManual, withoutPackages } from '../deploy/manual.ts';
import { FOLLOWED, NAME } from '../deploy/operators-host-names.ts';
import { onOwnMachine, WRITABLE_FILES } from '../deploy/own-machine.ts';
import { createCertificateAuthority } from './certificate-authority.ts';
import { installedNginx, NGINX_FILES } from './nginx-process.ts';

/** The machine before the commands: Debian's nginx runs, and replicas at the example's addresses. */
const BEFORE = `
for last in 11 12 13; do ip address add 10.0.0.$last/32 dev lo; done
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
    '/usr/bin/curl': 'curl',
    '/usr/bin/envsubst': 'gettext-base',
  });
  const authority = await createCertificateAuthority();
  const work = await mkdtemp(join(tmpdir(), 'gatehouse-host-'));
  try {
    const { certificate, key } = await authority.issue({ name: NAME, for: 'server' });
    const directory = join(work, 'deploy/nginx');
    await cp(NGINX_FILES, directory, { recursive: true });
    await writeFile(join(directory, 'fullchain.pem'), certificate);
    await writeFile(join(directory, 'privkey.pem'), key);
    await writeFile(join(work, 'ca.pem'), authority.certificate);
    const env = { ...process.env, NODE: process.execPath, WORK: work };
    const commands = withoutPackages(await commandsOfManual(FOLLOWED.balancer));
    const { stdout } = await onOwnMachine(`${WRITABLE_FILES}${BEFORE}${commands}${AFTER}`, {
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
