/** Another certificate, other passwords and another sealing key for a Swarm, as its operators are told. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pollUntil } from '../poll.ts';
import type { EngineMachine } from './engine-machine.ts';
import { blockWith, commandsOf } from './engine-manual.ts';
import { type People, until } from './engine-people.ts';
import { replacesAlone } from './engine-tasks.ts';
import { commandBlocks } from './manual.ts';
import { ROOT } from './trial.ts';

const SEALING_KEY = 'docs/runbooks/rotate-the-sealing-key.md';
const DEADLINE_MS = 60_000;

interface Swarm {
  /** Public name. */
  readonly name: string;
  /** The commands of a release, but for numbers of secrets. */
  readonly release: string;
  readonly services: readonly string[];
  readonly people: People;
}

/** Lines of bash that make a certificate for a name, in certificate.pem and key.pem. */
export function certificateFor(name: string): string {
  return `
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem \\
      -subj /CN=${name} -addext subjectAltName=DNS:${name} -days 2 -out certificate.pem
  `;
}

/**
 * @returns the commands of a release from then on
 * @throws Error when something else is replaced than what has them, or nobody signs in afterwards
 */
export async function replaceSecrets(machine: EngineMachine, swarm: Swarm): Promise<string> {
  const { release, services: of, people } = swarm;
  const replaces = (replaced: readonly string[], lines: string) =>
    replacesAlone(machine, { of, replaced }, () => machine.run(lines));
  const blocks = await commandsOf('Docker Swarm');
  await machine.run(certificateFor(swarm.name));
  await replaces(['gatehouse_nginx'], blockWith(blocks, 'export TLS_REVISION=') + release);
  await until(machine, isServed(swarm.name), DEADLINE_MS);
  await machine.run('docker secret rm gatehouse_tls_certificate_1 gatehouse_tls_key_1');
  await replacesAlone(machine, { of, replaced: [] }, () =>
    assert.rejects(machine.run(release), /secret not found: gatehouse_tls_\w+_1/),
  );

  const numbers = 'export TLS_REVISION=2\n';
  const [keys = ''] = commandBlocks(await readFile(join(ROOT, SEALING_KEY), 'utf8'));
  await machine.run(`
    list=$(cat key_encryption_keys),$(openssl rand -base64 32)
    printf %s "$list" >key_encryption_keys
  `);
  const passwords = blockWith(blocks, 'alter role');
  await replaces(['gatehouse_app'], numbers + keys + passwords + release);
  await people.signIn();

  const all = `${numbers}export KEY_ENCRYPTION_KEYS_REVISION=2 DATABASE_URL_REVISION=2 REDIS_URL_REVISION=2
    export REDIS_APP_PASSWORD_REVISION=2\n`;
  await replaces(['gatehouse_redis'], all + release);
  const signedIn = () => people.signIn().then(() => true);
  await pollUntil(signedIn, { deadlineMs: DEADLINE_MS, everyMs: 1000 });
  return all + release;
}

/** Whether nginx shows what is in certificate.pem. */
function isServed(name: string): string {
  return `openssl s_client -connect 127.0.0.1:443 -servername ${name} </dev/null 2>/dev/null |
    openssl x509 | cmp - <(openssl x509 -in certificate.pem)`;
}
