import type { Config } from '../config/config.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { CONNECTION_ADVICE, connectionShortage } from '../connection-budget.ts';
import type { Sealer } from '../crypto/sealing.ts';
import { GatehouseError } from '../errors.ts';
import { keyTimesOf, successorSecondsOf } from '../keys/key-policy.ts';
import type { SealedKeySet } from '../keys/key-store.ts';
import { openKeySet } from '../keys/seal-signing-key.ts';
import type { Tenant } from '../tenants/tenant.ts';
import {
  abridged,
  clockFinding,
  type Finding,
  ok,
  problem,
  someOf,
  warning,
  wordsOf,
} from './doctor-findings.ts';
import { mailFindings } from './doctor-mail.ts';
import type { DatabaseProbe, DoctorProbes, RedisProbe } from './doctor-probes.ts';
import { SEALED_KIND_NAMES } from './keys-reseal-command.ts';
import { allTenants } from './tenant-option.ts';

const NODE_MAJOR = 24;
const POSTGRES = { oldest: 15, newest: 18 };
const REDIS_MAJOR = 7;

/** An eviction would lose sessions and tokens that are in use. */
const EVICTION_POLICY = 'noeviction';

/** Age from which an active key should be rotated, where keys do not rotate by themselves. */
const KEY_AGE_DAYS = 30;

/** Tenants whose keys are read at once. */
const LOADED_AT_ONCE = 10;

/** Due stages are advanced within a minute of a running server; this much later nobody did. */
const DUE_GRACE_MS = 10 * 60 * 1000;

/**
 * Looks at everything that a server stands on, whatever is broken among it. Changes nothing.
 *
 * @returns in the order of dependence: what comes after a problem may be only its echo
 */
export async function examine(probes: DoctorProbes): Promise<Finding[]> {
  const findings = [nodeFinding(probes.nodeVersion)];
  const { config, findings: configuration } = configFindings(probes);
  findings.push(...configuration);
  if (config === undefined) return findings;
  const database = await databaseFindings(probes, config);
  findings.push(...database.findings);
  findings.push(...(await redisFindings(probes, config)));
  findings.push(...(await mailFindings(probes, config, database.tenants)));
  return findings;
}

function nodeFinding(version: string): Finding {
  return Number.parseInt(version, 10) >= NODE_MAJOR
    ? ok('node', version)
    : problem(
        'node',
        version,
        `Run Node ${NODE_MAJOR} or later: npm ci installs one beside the code.`,
      );
}

function configFindings(probes: DoctorProbes): {
  config: Config | undefined;
  findings: Finding[];
} {
  try {
    const config = probes.config();
    if (config.mode === 'server') {
      return {
        config,
        findings: [ok('configuration', `${config.publicUrl}, PostgreSQL by DATABASE_URL`)],
      };
    }
    const message = `${config.publicUrl}, embedded PostgreSQL in ${config.dataDir}`;
    const advice =
      'Fine for development. For production set DATABASE_URL and what docs/configuration.md lists.';
    return { config, findings: [warning('configuration', message, advice)] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const findings = error.problems.map(({ name, expected, found }) =>
      problem('configuration', `${name}: found ${found}`, `Set ${name} to ${expected}.`),
    );
    return { config: undefined, findings };
  }
}

/** What the database is like, and the tenants in it, as far as it could be read. */
interface DatabaseFindings {
  readonly findings: Finding[];
  readonly tenants: readonly Tenant[];
}

async function databaseFindings(probes: DoctorProbes, config: Config): Promise<DatabaseFindings> {
  let database: DatabaseProbe | undefined;
  try {
    database = await probes.openDatabase();
    const before = probes.now();
    const { version, now } = await database.look();
    const asked = { before, after: probes.now() };
    const schema = await schemaFindings(probes, database, config);
    return {
      findings: [
        postgresFinding(version),
        clockFinding('database clock', now, asked),
        ...(await connectionFindings(database, config)),
        ...schema.findings,
      ],
      tenants: schema.tenants,
    };
  } catch (error) {
    const advice =
      config.mode === 'server'
        ? 'Check DATABASE_URL: host, port, database, user and password; and that the server runs and lets this machine in.'
        : `Run this where "npm start" was run; ${config.dataDir} has to be there, writable, and no other server's.`;
    return { findings: [problem('database', wordsOf(error), advice)], tenants: [] };
  } finally {
    await database?.close();
  }
}

function postgresFinding(version: number): Finding {
  const major = Math.floor(version / 10_000);
  const text = `PostgreSQL ${major}.${version % 10_000}`;
  const { oldest, newest } = POSTGRES;
  if (major < oldest) return problem('database', text, `Use PostgreSQL ${oldest} to ${newest}.`);
  return major > newest
    ? warning(
        'database',
        text,
        `Newer than what this release was tested with (${oldest} to ${newest}).`,
      )
    : ok('database', text);
}

/** Whether replicas may run out of connections; the embedded default has one, and a database of its own. */
async function connectionFindings(database: DatabaseProbe, config: Config): Promise<Finding[]> {
  if (config.mode === 'embedded') return [];
  const check = 'connections';
  const room = await database.connections();
  if (room.pooled) {
    const message = `through a pooler, which shares ${room.limit} of PostgreSQL; how many clients it takes is its own to say`;
    return [ok(check, message)];
  }
  const { replicas } = config;
  const { poolMax } = config.database;
  const shortage = connectionShortage({ ...room, poolMax, replicas });
  if (shortage !== undefined) return [warning(check, shortage, CONNECTION_ADVICE)];
  const wanted =
    replicas === undefined ? `${poolMax} for each replica` : `${replicas} × ${poolMax}`;
  return [ok(check, `${wanted}, and PostgreSQL has ${room.limit}`)];
}

async function schemaFindings(
  probes: DoctorProbes,
  database: DatabaseProbe,
  config: Config,
): Promise<DatabaseFindings> {
  const migrations = await migrationsFinding(database);
  if (migrations.status === 'problem') return { findings: [migrations], tenants: [] };
  const tenants = await allTenants(database);
  const { signingKeyDays } = config;
  const keys = await keyFindings(probes, database, { tenants, signingKeyDays });
  const seals = await sealFindings(database);
  return { findings: [migrations, ...keys, ...seals], tenants };
}

async function migrationsFinding(database: DatabaseProbe): Promise<Finding> {
  try {
    const { pending, newer } = await database.schemaState();
    if (pending.length > 0) {
      const message = `${pending.length} pending: ${pending.join(', ')}`;
      return problem('migrations', message, 'Run: gatehouse migrate');
    }
    if (newer.length === 0) return ok('migrations', 'up to date');
    const message = `${newer.length} of a newer release, with which this one works: ${newer.join(', ')}`;
    const advice = 'Fine during an upgrade, and after a rollback. See docs/upgrading.md.';
    return warning('migrations', message, advice);
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.code !== 'schema_unknown') throw error;
    const advice = 'Run the release that migrated it, or a later one.';
    return problem('migrations', error.message, advice);
  }
}

async function keyFindings(
  probes: DoctorProbes,
  database: DatabaseProbe,
  { tenants, signingKeyDays }: { tenants: readonly Tenant[]; signingKeyDays: number },
): Promise<Finding[]> {
  const now = probes.now();
  const unreadable: Finding[] = [];
  const old: Finding[] = [];
  let keys = 0;
  for (let start = 0; start < tenants.length; start += LOADED_AT_ONCE) {
    const some = tenants.slice(start, start + LOADED_AT_ONCE);
    const sets = await Promise.all(some.map(({ id }) => database.keys.load(id)));
    for (const [at, set] of sets.entries()) {
      const slug = some[at]?.slug ?? '';
      keys += set.keys.length;
      unreadable.push(...unreadableFindings(database.sealer, slug, set));
      old.push(...ageFindings(slug, set, now, signingKeyDays || KEY_AGE_DAYS));
    }
  }
  const due = await dueFindings(database, tenants, { now, signingKeyDays });
  const findings = [...abridged(unreadable), ...abridged(old), ...due];
  return findings.length > 0
    ? findings
    : [ok('signing keys', `${keys} of ${tenants.length} tenants, all readable, no stage is due`)];
}

function unreadableFindings(sealer: Sealer, slug: string, set: SealedKeySet): Finding[] {
  try {
    openKeySet(sealer, set);
    return [];
  } catch (error) {
    const advice =
      'Put the key that sealed it back into KEY_ENCRYPTION_KEYS, after the first. If it is lost: gatehouse keys rotate --compromised all';
    return [problem('signing keys', `tenant ${slug}: ${wordsOf(error)}`, advice)];
  }
}

function ageFindings(slug: string, set: SealedKeySet, now: Date, limitDays: number): Finding[] {
  const oldest = Math.min(
    ...set.keys.filter((key) => key.stage === 'active').map((key) => key.stageSince.getTime()),
  );
  const days = Math.floor((now.getTime() - oldest) / 86_400_000);
  if (days <= limitDays || oldest === Number.POSITIVE_INFINITY) return [];
  const advice = `Run: gatehouse keys rotate --tenant ${slug}`;
  return [warning('signing keys', `tenant ${slug}: signing for ${days} days`, advice)];
}

/** What the older of KEY_ENCRYPTION_KEYS are still needed for, and what none of them opens. */
async function sealFindings(database: DatabaseProbe): Promise<Finding[]> {
  const check = 'sealing key';
  const kinds = await database.countOtherSeals();
  const found = (which: 'left' | 'unreadable') =>
    kinds
      .filter((kind) => kind[which] > 0)
      .map((kind) => `${kind[which]} of ${SEALED_KIND_NAMES[kind.kind]}`)
      .join(', ');
  const left = found('left');
  const unreadable = found('unreadable');
  const findings: Finding[] = [];
  if (left !== '') {
    const advice =
      'Once every server has the first key in this place, run: gatehouse keys reseal. Until then keep the others.';
    findings.push(warning(check, `under another key than the first: ${left}`, advice));
  }
  if (unreadable !== '') {
    const advice =
      'Put the key that sealed it back into KEY_ENCRYPTION_KEYS, after the first. gatehouse keys reseal --dry-run names the records.';
    findings.push(problem(check, `no key opens: ${unreadable}`, advice));
  }
  return findings.length > 0
    ? findings
    : [ok(check, `everything is sealed under the first, ${database.sealer.currentKeyId}`)];
}

async function dueFindings(
  database: DatabaseProbe,
  tenants: readonly Tenant[],
  { now, signingKeyDays }: { now: Date; signingKeyDays: number },
): Promise<Finding[]> {
  const dueAt = now.getTime() - DUE_GRACE_MS;
  const ids = new Set(await database.keys.tenantsDue(new Date(dueAt), 1_000));
  const successorSeconds = successorSecondsOf(keyTimesOf({ signingKeyDays }));
  if (successorSeconds !== undefined) {
    const signingSince = new Date(dueAt - successorSeconds * 1000);
    const alone = await database.keys.tenantsWithoutSuccessor(signingSince, 1_000);
    for (const id of alone) ids.add(id);
  }
  if (ids.size === 0) return [];
  const slugs = someOf(tenants.filter(({ id }) => ids.has(id)).map(({ slug }) => slug));
  const advice = 'A running server advances stages within a minute: start one, or look at its log.';
  return [warning('signing keys', `stages are due: tenant ${slugs}`, advice)];
}

async function redisFindings(probes: DoctorProbes, config: Config): Promise<Finding[]> {
  let redis: RedisProbe | undefined;
  try {
    redis = await probes.openRedis();
    if (redis === undefined) {
      if (config.mode === 'embedded') return [ok('redis', 'none: sessions are in PostgreSQL')];
      const message = 'none: sessions are in PostgreSQL, limits are counted per replica';
      return [warning('redis', message, 'Set REDIS_URL before you run more than one replica.')];
    }
    const before = probes.now();
    const { version, evictionPolicy, now } = await redis.look();
    const asked = { before, after: probes.now() };
    return [
      Number.parseInt(version, 10) >= REDIS_MAJOR
        ? ok('redis', `Redis ${version}`)
        : problem('redis', `Redis ${version}`, `Use Redis ${REDIS_MAJOR} or later.`),
      evictionFinding(evictionPolicy),
      clockFinding('redis clock', now, asked),
    ];
  } catch (error) {
    const advice =
      'Check REDIS_URL: host, port, password and rediss: for TLS; and that the server runs and lets this machine in.';
    return [problem('redis', wordsOf(error), advice)];
  } finally {
    await redis?.close();
  }
}

function evictionFinding(policy: string): Finding {
  const check = 'redis memory';
  if (policy === EVICTION_POLICY) return ok(check, `maxmemory-policy ${policy}`);
  const advice = `Set maxmemory-policy to ${EVICTION_POLICY}: any other drops sessions that are in use.`;
  return policy === ''
    ? warning(check, 'the server does not say its maxmemory-policy', advice)
    : problem(check, `maxmemory-policy ${policy}`, advice);
}
