import assert from 'node:assert/strict';
import type { EngineMachine } from './engine-machine.ts';
import { blockWith, commandsOf } from './engine-manual.ts';

/** Files for whoever backs up, as the section on backups has them made: to encrypt to, and to sign with. */
const KEYS = `
docker run --rm gatehouse-backup:0.1.0 age-keygen >identity.txt
docker run --rm --interactive gatehouse-backup:0.1.0 age-keygen -y <identity.txt >recipients.txt
openssl genpkey -algorithm ed25519 -out signing.pem
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
