import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../crypto/digest.ts';
import type { DesiredPassword } from './seed.ts';
import type { Place, SeedProblem } from './seed-problem.ts';
import {
  type ChangedIn,
  changedIn,
  type DigestValue,
  recordOf,
  type SeedRecord,
} from './seed-record.ts';
import type { RecordWrite, SeedKind, SeedWrite, ThingWrite } from './seed-store.ts';

/** One field that changes; absent values are undefined. Safe to show: secrets are fingerprints. */
export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  /** Where it changed since the last apply; undefined when that is not known. */
  readonly changedIn: ChangedIn | undefined;
}

/** One thing that changes. */
export interface SeedChange {
  readonly action: 'create' | 'update' | 'remove';
  readonly kind: SeedKind;
  /** Slug of its tenant. */
  readonly tenant: string;
  /** Slug, key, `application:role`, client id or user name. */
  readonly name: string;
  readonly fields: readonly FieldChange[];
  readonly write: SeedWrite;
  readonly pending: PendingSecret | undefined;
}

/** Something that seeds manage, and that the files do not name. */
export interface Unnamed {
  readonly kind: SeedKind;
  readonly tenant: string;
  readonly name: string;
  /** Why it stays although things are pruned; undefined: because nothing is. */
  readonly because: string | undefined;
}

/** What becomes of what the files do not name. */
export type PruneMode =
  | 'keep'
  /** What seeds manage in the tenants that the files define goes. */
  | 'prune'
  /** And tenants that seeds manage and no file names are disabled. */
  | 'prune with tenants';

/** What only `apply` makes: nothing of it exists while the change is a plan. */
export type PendingSecret =
  /** A new client secret, into a file. */
  | { readonly kind: 'generate'; readonly path: string }
  /** The hash of a new account's password. */
  | { readonly kind: 'hash'; readonly password: DesiredPassword }
  /** The seal of a secret of ours at an upstream provider. */
  | { readonly kind: 'seal'; readonly secret: string };

export interface SeedPlan {
  /** In the order in which they are made. */
  readonly changes: readonly SeedChange[];
  /** What is to be remembered of this apply, of things that do not change too. */
  readonly records: readonly RecordWrite[];
  /** What the files do not name and what stays all the same. */
  readonly kept: readonly Unnamed[];
  /** What the operator should know, though it changes nothing. */
  readonly warnings: readonly string[];
}

/** Digests of the secrets that the files of `generate: true` hold now, by path. */
export type GeneratedDigests = ReadonlyMap<string, string>;

/** A plan being made. */
export interface Planning {
  readonly changes: SeedChange[];
  readonly records: RecordWrite[];
  readonly kept: Unnamed[];
  readonly warnings: string[];
  readonly problems: SeedProblem[];
  readonly generated: GeneratedDigests;
  /** Makes the id of a new account. */
  readonly newId: () => string;
  readonly digest: DigestValue;
  readonly prune: PruneMode;
}

type Fields = Readonly<Record<string, unknown>>;

/** What is stored of a thing that the files define. */
export interface Before {
  readonly fields: Fields;
  /** Whether seeds made it; if not, they take it over, and the plan says so. */
  readonly managed: boolean;
  /** Who manages it, if it is not seeds. */
  readonly managedBy?: string;
  readonly record: SeedRecord | undefined;
}

/** What there is in its place from now on. */
export interface After {
  readonly fields: Fields;
  /** Fields that say what happens and are nothing that is stored. */
  readonly said?: Fields;
  /** Of an account: whether seeds created it. */
  readonly made?: boolean;
}

/**
 * Adds a change when any field differs, and a record when another one is kept.
 *
 * @param before - undefined: the thing is new
 */
export function addChange(
  plan: Planning,
  name: string,
  before: Before | undefined,
  after: After,
  write: ThingWrite,
  pending?: PendingSecret,
): void {
  const record = {
    ...recordOf(plan.digest, after.fields),
    ...(after.made === undefined ? {} : { made: after.made }),
  };
  if (!isDeepStrictEqual(record, before?.record)) plan.records.push(recordWrite(write, record));
  const fields: FieldChange[] = compare(before?.fields, { ...after.fields, ...after.said }).map(
    (change) => ({ ...change, changedIn: changedIn(plan.digest, before?.record, change) }),
  );
  if (before?.managed === false) {
    fields.push({ field: 'managedBy', from: before.managedBy, to: 'seed', changedIn: undefined });
  }
  if (before !== undefined && fields.length === 0) return;
  const action = before === undefined ? 'create' : 'update';
  const { kind, tenant } = write;
  plan.changes.push({ action, kind, tenant, name, fields, write, pending });
}

function recordWrite(write: ThingWrite, record: SeedRecord): RecordWrite {
  const { kind: of, tenant } = write;
  const at = { kind: 'record', of, tenant, application: undefined, record } as const;
  switch (write.kind) {
    case 'tenant':
      return { ...at, key: tenant };
    case 'role':
      return { ...at, application: write.application, key: write.key };
    case 'client':
      return { ...at, key: write.clientId };
    case 'account':
      return { ...at, key: write.id };
    default:
      return { ...at, key: write.key };
  }
}

/** The fields that differ; of new things also those that are there, but for empty lists. */
function compare(
  before: Fields | undefined,
  after: Fields,
): { field: string; from: unknown; to: unknown }[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])];
  return names
    .map((field) => ({ field, from: before?.[field], to: after[field] }))
    .filter(({ from, to }) => !isDeepStrictEqual(from, to))
    .filter(({ to }) => before !== undefined || !Array.isArray(to) || to.length > 0);
}

/** Notes that the files contradict what is stored. */
export function refuse(plan: Planning, place: Place, message: string): void {
  plan.problems.push({ place, message });
}

/** Says which secret it is without saying what it is: equal secrets have equal fingerprints. */
export function fingerprint(digest: string): string {
  return `sha256:${Buffer.from(sha256(digest), 'base64url').toString('hex').slice(0, 12)}`;
}
