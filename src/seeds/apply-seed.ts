import type { PasswordHasher } from '../accounts/password-hasher.ts';
import { clientSecretDigest } from '../applications/client-secret.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { randomId } from '../crypto/random-id.ts';
import type { Sealer } from '../crypto/sealing.ts';
import { StorageUnavailableError } from '../errors.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { TenantNotifications } from '../tenants/tenant-change-feed.ts';
import { sealUpstreamSecret } from '../upstream/upstream-secret.ts';
import { auditEventsOf } from './audit-events-of.ts';
import { lookOf, planSeed } from './plan-seed.ts';
import { readSecretFile, removeSecretFile, writeSecretFile } from './secret-file.ts';
import type { DesiredPassword, DesiredState } from './seed.ts';
import {
  fingerprint,
  type GeneratedDigests,
  type PruneMode,
  type SeedChange,
  type SeedPlan,
} from './seed-plan.ts';
import { createValueDigest } from './seed-record.ts';
import type {
  CurrentAccount,
  CurrentState,
  RecordWrite,
  SeedStore,
  SeedWrite,
} from './seed-store.ts';

/** Passwords hashed at once, while no lock is held. */
const HASHED_AT_ONCE = 4;

export interface PlanSeedDeps {
  readonly seeds: Pick<SeedStore, 'load'>;
  readonly clientSecretPepper: string | Buffer;
  /** Makes the id of a new account, its `sub`. */
  readonly newId: () => string;
}

export interface ApplySeedDeps extends PlanSeedDeps {
  readonly seeds: Pick<SeedStore, 'load' | 'transact'>;
  readonly passwords: Pick<PasswordHasher, 'hash'>;
  /** Seals secrets of ours at upstream providers. */
  readonly sealer: Pick<Sealer, 'seal'>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Undefined where there is no Redis: replicas then find the change at their next look. */
  readonly notifications: Pick<TenantNotifications, 'announce'> | undefined;
}

/** Ends what those have open that are removed. Each may be repeated. */
export interface SeedEndings {
  /** Every session, token and code of an account. */
  endAccount(tenantId: TenantId, accountId: string): Promise<void>;
  /** Every grant of a client, with everything issued under it. */
  endClient(tenantId: TenantId, clientId: string): Promise<void>;
  /** Messages to an account that is gone are not sent any more, but for one that says so. */
  sayGoodbye(tenantId: TenantId, account: CurrentAccount): Promise<void>;
}

/** What is pruned, and who ends what that has open. */
export interface Pruning {
  readonly mode: Exclude<PruneMode, 'keep'>;
  readonly endings: SeedEndings;
}

/**
 * What `applySeed` would change now. Changes nothing.
 *
 * @throws SeedInvalidError when the files contradict what is stored
 * @throws StorageUnavailableError
 */
export async function previewSeed(
  deps: PlanSeedDeps,
  desired: DesiredState,
  prune: PruneMode = 'keep',
): Promise<SeedPlan> {
  return planNow(deps, desired, prune, await deps.seeds.load(lookOf(desired, prune)));
}

/**
 * Makes what is stored what the files say: one transaction, under a lock, planned inside it. Of
 * two that run at once the second plans on what the first has made.
 *
 * Secrets of `generate: true` are written to their files before the transaction commits, so that
 * no crash leaves a client whose secret nobody has; when it fails, they are removed again.
 *
 * What was applied is remembered, field by field, so that a later plan tells whether a file changed
 * since, or the database.
 *
 * What is removed loses its sessions and tokens before the transaction, and again after it: when
 * that fails at first, nothing was removed. When the transaction fails after it, people who were to
 * go are signed out, and nothing else has happened to them.
 *
 * @param actor - who applies, for the audit log
 * @param pruning - undefined: what the files do not name is kept
 * @returns the plan that was carried out; without changes when there was nothing to do
 * @throws SeedInvalidError, ConflictError: nothing that is stored was changed then
 * @throws StorageUnavailableError: all of it may have been applied and the answer, or the audit
 *   events, lost; another plan tells
 */
export async function applySeed(
  deps: ApplySeedDeps,
  desired: DesiredState,
  actor: AuditEvent['actor'],
  pruning?: Pruning,
): Promise<SeedPlan> {
  const prune = pruning?.mode ?? 'keep';
  const before = await deps.seeds.load(lookOf(desired, prune));
  let plan = await planNow(deps, desired, prune, before);
  if (plan.changes.length + plan.records.length === 0) return plan;
  const hashes = await hashPasswords(deps, plan.changes);
  await endAll(pruning?.endings, removedBy(plan, before));
  const secretFiles: string[] = [];
  let tenantIds: ReadonlyMap<string, TenantId>;
  let removed: Removed[] = [];
  try {
    tenantIds = await deps.seeds.transact(lookOf(desired, prune), async (current) => {
      plan = await planNow(deps, desired, prune, current);
      removed = removedBy(plan, current);
      const writes: SeedWrite[] = [];
      for (const change of plan.changes) {
        writes.push(await complete(deps, change, hashes, secretFiles));
      }
      return [...writes, ...withGeneratedSecrets(deps, plan.records, writes)];
    });
  } catch (error) {
    // A commit whose answer was lost may have happened: then the files hold the live secrets.
    if (!(error instanceof StorageUnavailableError)) {
      for (const path of secretFiles) await removeSecretFile(path);
    }
    throw error;
  }
  // Neither fails, and neither may wait for the audit log, which does.
  await announceAll(deps, plan, tenantIds);
  const left = await endAgain(pruning?.endings, removed);
  await recordAll(deps, plan, tenantIds, actor);
  return { ...plan, warnings: [...plan.warnings, ...left] };
}

async function planNow(
  deps: PlanSeedDeps,
  desired: DesiredState,
  prune: PruneMode,
  current: CurrentState,
): Promise<SeedPlan> {
  const generated = await generatedDigests(deps, desired);
  const digest = createValueDigest(deps.clientSecretPepper);
  return planSeed(desired, current, { generated, newId: deps.newId, digest, prune });
}

/** Digests of the secrets that the files of `generate: true` hold now. */
async function generatedDigests(
  deps: Pick<PlanSeedDeps, 'clientSecretPepper'>,
  desired: DesiredState,
): Promise<GeneratedDigests> {
  const clients = desired.tenants.flatMap(({ applications }) =>
    applications.flatMap((application) => application.clients),
  );
  const digests = new Map<string, string>();
  for (const { secret } of clients) {
    if (secret?.kind !== 'generated') continue;
    const there = await readSecretFile(secret.path);
    if (there.kind === 'content') {
      digests.set(secret.path, clientSecretDigest(deps.clientSecretPepper, there.value));
    }
  }
  return digests;
}

type PasswordHashes = ReadonlyMap<DesiredPassword, string>;

/** Hashed before the lock is taken: Argon2 takes its time on purpose. */
async function hashPasswords(
  deps: Pick<ApplySeedDeps, 'passwords'>,
  changes: readonly SeedChange[],
): Promise<PasswordHashes> {
  const passwords = changes.flatMap(({ pending }) =>
    pending?.kind === 'hash' ? [pending.password] : [],
  );
  const hashes = new Map<DesiredPassword, string>();
  for (let start = 0; start < passwords.length; start += HASHED_AT_ONCE) {
    const some = passwords.slice(start, start + HASHED_AT_ONCE);
    await Promise.all(
      some.map(async (password) => hashes.set(password, await hashOf(deps, password))),
    );
  }
  return hashes;
}

async function hashOf(
  deps: Pick<ApplySeedDeps, 'passwords'>,
  password: DesiredPassword,
): Promise<string> {
  return password.kind === 'hash' ? password.hash : deps.passwords.hash(password.value);
}

/** Makes what a change still lacks; `secretFiles` takes the files that were written for it. */
async function complete(
  deps: Pick<ApplySeedDeps, 'passwords' | 'clientSecretPepper' | 'sealer'>,
  { write, pending }: SeedChange,
  hashes: PasswordHashes,
  secretFiles: string[],
): Promise<SeedWrite> {
  if (write.kind === 'client' && pending?.kind === 'generate') {
    const secret = randomId();
    await writeSecretFile(pending.path, secret);
    secretFiles.push(pending.path);
    return { ...write, secretDigest: clientSecretDigest(deps.clientSecretPepper, secret) };
  }
  if (write.kind === 'account' && pending?.kind === 'hash') {
    // An account that was deleted since the first look is new only now.
    const hash = hashes.get(pending.password) ?? (await hashOf(deps, pending.password));
    return { ...write, passwordHash: hash };
  }
  if (write.kind === 'upstream' && pending?.kind === 'seal') {
    const { key } = write;
    const { secret } = pending;
    return { ...write, sealSecret: (id) => sealUpstreamSecret(deps.sealer, id, key, secret) };
  }
  return write;
}

interface Removed {
  readonly tenantId: TenantId;
  readonly name: string;
  /** An account's id, or a client id. */
  readonly key: string;
  /** Undefined: it is a client. */
  readonly account: CurrentAccount | undefined;
}

/** The accounts and clients that a plan removes: who may have something open. */
function removedBy(plan: SeedPlan, current: CurrentState): Removed[] {
  return plan.changes.flatMap(({ tenant: slug, name, write }) => {
    const tenant = current.tenants.find((one) => one.slug === slug);
    if (tenant === undefined || write.kind !== 'remove') return [];
    const { of, key } = write;
    if (of !== 'account' && of !== 'client') return [];
    const account = tenant.accounts.find(({ id }) => of === 'account' && id === key);
    return [{ tenantId: tenant.id, name: `${of} ${name}`, key, account }];
  });
}

async function endAll(
  endings: SeedEndings | undefined,
  removed: readonly Removed[],
): Promise<void> {
  for (const { tenantId, key, account } of removed) {
    if (account === undefined) await endings?.endClient(tenantId, key);
    else await endings?.endAccount(tenantId, key);
  }
}

/** Ends what began while the first time was under way; says what it could not end. */
async function endAgain(
  endings: SeedEndings | undefined,
  removed: readonly Removed[],
): Promise<string[]> {
  const left: string[] = [];
  for (const one of removed) {
    try {
      await endAll(endings, [one]);
      if (one.account !== undefined) await endings?.sayGoodbye(one.tenantId, one.account);
    } catch {
      left.push(
        `${one.name} is removed, but what began in the last moment may not have ended: a store did not answer`,
      );
    }
  }
  return left;
}

/** Records that know the secrets that were made on the way. */
function withGeneratedSecrets(
  { clientSecretPepper }: Pick<ApplySeedDeps, 'clientSecretPepper'>,
  records: readonly RecordWrite[],
  writes: readonly SeedWrite[],
): RecordWrite[] {
  const digest = createValueDigest(clientSecretPepper);
  return records.map((one) => {
    if (one.of !== 'client') return one;
    const write = writes.find(
      (other) =>
        other.kind === 'client' && other.tenant === one.tenant && other.clientId === one.key,
    );
    const secret = write?.kind === 'client' ? write.secretDigest : undefined;
    const digested = secret === undefined ? undefined : digest(fingerprint(secret));
    if (digested === undefined) return one;
    const fields = { ...one.record.fields, client_secret: digested };
    return { ...one, record: { ...one.record, fields } };
  });
}

/** Tells the other replicas what was changed. */
async function announceAll(
  deps: Pick<ApplySeedDeps, 'notifications'>,
  plan: SeedPlan,
  tenantIds: ReadonlyMap<string, TenantId>,
): Promise<void> {
  for (const slug of slugsOf(plan)) {
    const tenantId = tenantIds.get(slug);
    if (tenantId !== undefined) await deps.notifications?.announce(tenantId);
  }
}

/** Tells the audit log what was changed. */
async function recordAll(
  deps: Pick<ApplySeedDeps, 'audit'>,
  plan: SeedPlan,
  tenantIds: ReadonlyMap<string, TenantId>,
  actor: AuditEvent['actor'],
): Promise<void> {
  const events = slugsOf(plan).flatMap((slug) => {
    const tenantId = tenantIds.get(slug);
    const changes = plan.changes.filter(({ tenant }) => tenant === slug);
    return tenantId === undefined ? [] : auditEventsOf(tenantId, changes, actor);
  });
  // A few at a time: the audit log bounds how many may wait.
  for (let start = 0; start < events.length; start += 500) {
    const some = events.slice(start, start + 500);
    await Promise.all(some.map((event) => deps.audit.record(event)));
  }
}

/** The tenants of which something changed. */
function slugsOf({ changes }: SeedPlan): string[] {
  return [...new Set(changes.map(({ tenant }) => tenant))];
}
