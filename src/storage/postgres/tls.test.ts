import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { StorageUnavailableError } from '../../errors.ts';
import {
  type InstalledPostgres,
  startInstalledPostgres,
} from '../../testing/installed-postgres.ts';
import { LOOPBACK_CERTIFICATE } from '../../testing/loopback-certificate.ts';
import { createDatabase } from './database.ts';
import { query } from './query.ts';

const LIMITS = { poolMax: 1, acquireTimeoutMs: 10_000, statementTimeoutMs: 10_000 };

describe('TLS to PostgreSQL', () => {
  let postgres: InstalledPostgres;
  let home: string;
  let authority: string;
  before(async () => {
    postgres = await startInstalledPostgres();
    home = await mkdtemp(join(tmpdir(), 'gatehouse-tls-'));
    authority = join(home, 'ca.pem');
    await writeFile(authority, LOOPBACK_CERTIFICATE.certificate);
    const { certificate, key } = LOOPBACK_CERTIFICATE;
    for (const [file, pem] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
      const lines = pem.split('\n').map((line) => `('${line}')`);
      const program = `umask 077; cat > ${file}`;
      await postgres.run('postgres', `copy (values ${lines}) to program '${program}'`);
    }
    await postgres.run('postgres', 'alter system set ssl = on');
    await postgres.run('postgres', 'select pg_reload_conf()');
  });
  after(async () => {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** Whether the connection that a URL makes is encrypted. */
  const encrypted = async (parameters: string) => {
    const db = createDatabase({ ...LIMITS, url: `${postgres.url('postgres')}${parameters}` });
    try {
      const [row] = await query<{ ssl: boolean }>(
        db,
        'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
      );
      return row?.ssl;
    } finally {
      await db.destroy();
    }
  };

  it('is as the URL says, under an authority of one’s own', async () => {
    assert.equal(await encrypted(''), false);
    for (const mode of ['verify-full', 'verify-ca', 'require']) {
      assert.equal(await encrypted(`?sslmode=${mode}&sslrootcert=${authority}`), true, mode);
    }
  });

  it('talks to nobody whose certificate it cannot trust, whatever the mode is called', async () => {
    for (const mode of ['verify-full', 'verify-ca', 'require', 'prefer']) {
      await assert.rejects(encrypted(`?sslmode=${mode}`), StorageUnavailableError, mode);
    }
  });
});
