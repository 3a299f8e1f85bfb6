import { tryQueries } from './database-queries.ts';
import { tryAutoExplain, tryPgaudit, trySettings } from './database-settings.ts';
import { tryStorageParameters } from './database-storage.ts';
import type { Trial } from './trial.ts';

const DIRECTORY = 'deploy/database';

/** What `deploy/database` gives to who looks after PostgreSQL. */
export const DATABASE_CARE: readonly Trial[] = [
  {
    artefact: 'database queries',
    how: 'each asked by the role of monitor.sql, on a server with settings.conf, of something made for it to find',
    covers: [`${DIRECTORY}/monitor.sql`, `${DIRECTORY}/queries`],
    async run() {
      const [installed, embedded] = [await tryQueries('installed'), await tryQueries('embedded')];
      return `${installed}; ${embedded}`;
    },
  },
  {
    artefact: 'database settings',
    how: 'included by a server: a slow statement and failed ones are logged, none with a value',
    covers: [`${DIRECTORY}/settings.conf`],
    async run() {
      return `${await trySettings('installed')}; ${await trySettings('embedded')}`;
    },
  },
  {
    artefact: 'database auto_explain',
    how: 'included by a server: the plan of a slow statement is logged without its value',
    covers: [`${DIRECTORY}/auto-explain.conf`],
    async run() {
      return `${await tryAutoExplain('installed')}; ${await tryAutoExplain('embedded')}`;
    },
  },
  {
    artefact: 'database pgaudit',
    how: 'included by a server: changes of tables and roles are logged, passwords are not',
    covers: [`${DIRECTORY}/pgaudit.conf`],
    run: tryPgaudit,
  },
  {
    artefact: 'database storage parameters',
    how: 'measured on tables of ours, before and after storage-parameters.sql',
    covers: [`${DIRECTORY}/storage-parameters.sql`],
    run: tryStorageParameters,
  },
];
