/** The scripts of `deploy/backup`, as an operator runs them. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensurePrograms } from '../debian-programs.ts';

const DIRECTORY = fileURLToPath(new URL('../../../deploy/backup/', import.meta.url));
const CLI = fileURLToPath(new URL('../../cli/cli.ts', import.meta.url));
/** Milliseconds that a script may take. */
const PATIENCE_MS = 30_000;

const run = promisify(execFile);

interface ScriptResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A script of `deploy/backup`, without its `.sh`. */
type BackupScript = 'backup' | 'restore' | 'verify' | 'move' | 'redis-snapshot' | 'redis-restore';

export interface BackupScripts {
  /** Where backups land. */
  readonly directory: string;
  /** The key that opens them; `backup` does not need it. */
  readonly identity: string;
  /** The variables that each is run with. */
  readonly settings: Readonly<Record<string, string>>;
  /** Runs one with what it needs to reach a database, and more variables. */
  run(
    script: BackupScript,
    variables: Readonly<Record<string, string>>,
    ...args: string[]
  ): Promise<ScriptResult>;
  /** The dumps that are kept, oldest first. */
  dumps(): Promise<string[]>;
}

/** A key that signs and the one that tells, as files, made as the runbook says. */
export async function newSigningKey(
  home: string,
): Promise<{ readonly privateKey: string; readonly publicKey: string }> {
  await ensurePrograms({ '/usr/bin/openssl': 'openssl' });
  const privateKey = join(home, 'signing.pem');
  const publicKey = join(home, 'verify.pem');
  await run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', privateKey]);
  await run('openssl', ['pkey', '-in', privateKey, '-pubout', '-out', publicKey]);
  return { privateKey, publicKey };
}

/**
 * @param home - a directory of their own
 * @param bin - where `pg_dump` and the others are
 * @throws Error that says what to install
 */
export async function backupScripts(home: string, bin: string): Promise<BackupScripts> {
  const directory = join(home, 'backups');
  const identity = join(home, 'identity.txt');
  const recipients = join(home, 'recipients.txt');
  await mkdir(home, { recursive: true, mode: 0o700 });
  await ensurePrograms({ '/usr/bin/age': 'age', '/usr/bin/curl': 'curl' });
  await run('age-keygen', ['-o', identity]);
  const { stdout } = await run('age-keygen', ['-y', identity]);
  await writeFile(recipients, stdout);
  const settings = {
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    BACKUP_DIR: directory,
    BACKUP_RECIPIENTS: recipients,
    BACKUP_IDENTITY: identity,
    GATEHOUSE: `${process.execPath} ${CLI}`,
  };
  return {
    directory,
    identity,
    settings,
    async run(script, variables, ...args) {
      const env = { ...settings, ...variables };
      try {
        const said = await run(join(DIRECTORY, `${script}.sh`), args, {
          env,
          timeout: PATIENCE_MS,
        });
        return { code: 0, ...said };
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && typeof error.code === 'number')) {
          throw error;
        }
        const { code, stdout, stderr } = error as Error & ScriptResult;
        return { code, stdout, stderr };
      }
    },
    async dumps() {
      const names = await readdir(directory);
      return names
        .filter((name) => name.endsWith('.dump.age'))
        .sort()
        .map((name) => join(directory, name));
    },
  };
}
