import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SEALED_COLUMNS } from './storage/postgres/sealed-record-store.ts';

const SOURCE = fileURLToPath(new URL('.', import.meta.url));

/** Every file that seals something, and as which kind it moves to another key, or why it does not. */
const SEALING_FILES: Readonly<Record<string, keyof typeof SEALED_COLUMNS | { expires: string }>> = {
  'account-page/kept-in-browser.ts': { expires: 'a cookie of a quarter of an hour' },
  'accounts/enrol-totp.ts': 'totp_seeds',
  // It seals what others seal, too, of tenants that come from elsewhere.
  'archives/sealed-rows.ts': 'tenant_origins',
  'keys/deployment-secrets.ts': 'deployment_secrets',
  'keys/seal-signing-key.ts': 'signing_keys',
  'mail/mail-content.ts': 'mail',
  'provider/stored-payload.ts': {
    expires:
      'interactions and pushed requests live for minutes; the state of a session is one page deep, and a session without it is one',
  },
  'upstream/upstream-secret.ts': 'upstream_secrets',
};

/** What seals again is no new place. */
const MOVES = 'keys/reseal-records.ts';

test('whatever is sealed moves to another key, or is gone soon', async () => {
  const files = await readdir(SOURCE, { recursive: true });
  const sealing: string[] = [];
  for (const file of files) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file.startsWith('testing/')) continue;
    if (/\bsealer\??\.seal\(/.test(await readFile(`${SOURCE}${file}`, 'utf8'))) sealing.push(file);
  }
  assert.deepEqual(sealing.sort(), [...Object.keys(SEALING_FILES), MOVES].sort());
});

test('every kind that moves is sealed somewhere', () => {
  const kinds = Object.values(SEALING_FILES).filter((kind) => typeof kind === 'string');
  assert.deepEqual(kinds.sort(), Object.keys(SEALED_COLUMNS).sort());
});
