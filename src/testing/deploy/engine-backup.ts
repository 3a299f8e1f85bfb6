import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { buildBackupImage, buildOurImage, startDatabases } from './engine-image.ts';
import type { EngineMachine } from './engine-machine.ts';
import { blockWith, commandsOf } from './engine-manual.ts';
import { until } from './engine-people.ts';
import { ROOT } from './trial.ts';

const READY_DEADLINE_MS = 20_000;

/** Files for whoever backs up, as the section on backups has them made: to encrypt to, and to sign with. */
const KEYS = `
docker run --rm gatehouse-backup:0.1.0 age-keygen >identity.txt
docker run --rm --interactive gatehouse-backup:0.1.0 age-keygen -y <identity.txt >recipients.txt
openssl genpkey -algorithm ed25519 -out signing.pem
openssl pkey -in signing.pem -pubout -out verify.pem
`;

/**
 * Runs the block of the section on backups that has this in it.
 *
 * @throws Error when there is no backup afterwards
 */
export async function backUp(machine: EngineMachine, part: string): Promise<void> {
  await machine.run(KEYS);
  await machine.run(blockWith(await commandsOf('Backups'), part));
  const { stdout } = await machine.run('ls /var/backups/gatehouse');
  assert.match(stdout, /^gatehouse-\w+\.dump\.age$/m);
  assert.match(stdout, /^gatehouse-\w+\.manifest$/m);
}

/** An image on top, as the manual shows one, whose program hands files to a server of this machine. */
const UPLOADS = `
mkdir -p uploads /etc/gatehouse/upload
cat >uploads/Dockerfile <<'END'
FROM gatehouse-backup:0.1.0
USER 0
COPY --chmod=0755 upload /usr/local/bin/
USER 10001:10001
END
cat >uploads/upload <<'END'
#!/bin/sh -e
for file; do curl --fail --silent --show-error --upload-file "$file" "$(cat /run/upload/address)"; done
END
echo http://192.0.2.10:8099/ >/etc/gatehouse/upload/address
docker build --quiet --tag registry.example.com/gatehouse-upload:0.1.0 uploads
`;

/** Says what comes, line by line. */
const RECEIVER = `
process.stdin.resume().on('end', () => process.exit());
require('node:http').createServer((asked, answer) => {
  asked.resume().on('end', () => { console.log(asked.url); answer.end(); });
}).listen(8099, '192.0.2.10');
`;

/**
 * A backup that is taken elsewhere, with what the manual has in the file of its settings.
 *
 * @param line - of bash that backs up, told by these variables
 */
export async function takeElsewhere(
  machine: EngineMachine,
  line: (settings: Readonly<Record<string, string>>) => Promise<unknown>,
): Promise<void> {
  const manual = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8');
  const [, text = ''] = /^```ini\n(BACKUP_IMAGE=.*?)```/ms.exec(manual) ?? [];
  const settings = z.record(z.string(), z.string()).parse(parseEnv(text));
  await machine.run(UPLOADS);
  const receiver = machine.spawn([process.execPath, '--eval', RECEIVER]);
  const ended = once(receiver, 'close');
  const received = readText(receiver.stdout);
  try {
    await until(machine, 'exec 3<>/dev/tcp/192.0.2.10/8099', READY_DEADLINE_MS);
    await line(settings);
  } finally {
    receiver.stdin.end();
    await ended;
  }
  assert.match(await received, /^\/gatehouse-\w+\.dump\.age\n\/gatehouse-\w+\.manifest\n$/);
}

/** What is there afterwards is of the backup. */
const LOSE = 'drop schema public cascade; create schema public;';

/**
 * Loses the database, and restores it by the blocks of the section on backups that have these words in them.
 *
 * @param options.psql - a line of bash that takes statements for that database, as its superuser
 * @param options.certificate - file of the certificate of the deployment
 * @param options.between - lines of bash after each block but the last
 */
export async function bringBack(
  machine: EngineMachine,
  options: {
    psql: string;
    certificate: string;
    parts: readonly string[];
    between?: string;
  },
): Promise<void> {
  const { psql, certificate, parts, between = 'true' } = options;
  await machine.run(psql, { input: LOSE });
  const { stdout } = await machine.run('cd /var/backups/gatehouse; ls *.manifest');
  const backups = await commandsOf('Backups');
  const commands = parts.map((part) => blockWith(backups, part)).join(`\n${between}\n`);
  const name = stdout.trim().replace('.manifest', '');
  const env = { CURL_CA_BUNDLE: certificate };
  const said = await machine.run(commands.replaceAll('gatehouse-TIME', name), { env });
  for (const held of [/tables have the rows that were backed up/, /publishes the \d+ keys/]) {
    assert.match(said.stdout, held);
  }
  await machine.run('test ! -e /run/gatehouse');
}

/**
 * Looks at a deployment by the block of the section on backups that has these words in it.
 *
 * @param replicas - how many are asked
 * @returns the lines of health.sh, none of which is wrong
 */
export async function lookAt(
  machine: EngineMachine,
  part: string,
  replicas: number,
): Promise<readonly string[]> {
  const block = blockWith(await commandsOf('Backups'), part);
  // However full the disk is that this runs on.
  const env = { HEALTH_DISK_WARN: '101', HEALTH_DISK_FAIL: '102' };
  const { stdout } = await machine.run(block, { env });
  const lines = stdout.split('\n').filter((line) => /^(ok|none|warn|FAIL) /.test(line));
  assert.deepEqual(
    lines.filter((line) => /^(warn|FAIL)/.test(line)),
    [],
    stdout,
  );
  const asked = lines.filter((line) => /^ok +replica http/.test(line));
  assert.equal(asked.length, replicas, stdout);
  for (const check of ['database', 'retention', 'redis', 'backup']) {
    assert.ok(
      lines.some((line) => new RegExp(`^ok +${check} `).test(line)),
      `${check}: ${stdout}`,
    );
  }
  // The answer of vacuum.sql.
  assert.match(stdout, /\bdue\b/);
  return lines;
}

/**
 * The section on the image of backups: a backup of one database, restored into another.
 *
 * @returns what was seen
 */
export async function tryBackupImage(machine: EngineMachine): Promise<string> {
  await buildOurImage(machine);
  await buildBackupImage(machine);
  const database = await startDatabases(machine);
  const [migrate = ''] = blockWith(await commandsOf('The image'), 'gatehouse migrate').split(
    '\n\n',
  );
  await machine.run(migrate);
  await machine.run(`
    ${KEYS}
    docker exec database createdb --username postgres restored
    install -d -m 700 -o 10001 -g 10001 /var/backups/gatehouse
    install -m 400 -o 10001 -t secrets identity.txt recipients.txt
  `);
  const block = blockWith(await commandsOf('The image of backups'), 'in_backup_image()');
  const end = block.indexOf('\n}\n') + '\n}\n'.length;
  const [backup = '', ...bringBack] = block.slice(end).trim().split('\n');
  const inImage = async (lines: string, name: string) => {
    await writeFile(join(machine.directory, 'pg_service.conf'), service(database, name));
    await machine.run('install -m 400 -o 10001 -t secrets pg_service.conf');
    return machine.run(block.slice(0, end) + lines);
  };
  await inImage(backup, 'gatehouse');
  const { stdout: kept } = await machine.run('cd /var/backups/gatehouse; ls *.manifest');
  const lines = bringBack.join('\n').replaceAll('gatehouse-TIME.manifest', kept.trim());
  const dump = kept.trim().replace('.manifest', '.dump.age');
  const { stdout } = await inImage(lines.replaceAll('gatehouse-TIME.dump.age', dump), 'restored');
  return `built, backed up, restored, verified as the lines say; ${stdout.trim().split('\n').at(-1)}`;
}

/** One service of libpq, with its password. */
function service({ hostname, username, password }: URL, database: string): string {
  const [who, where] = [`user=${username}\npassword=${password}`, `host=${hostname}`];
  return `[gatehouse]\n${where}\ndbname=${database}\n${who}\n`;
}
