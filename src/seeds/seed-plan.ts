import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../crypto/digest.ts';
import type { DesiredPassword } from './seed.ts';
import type { Place, SeedProblem } from './seed-problem.ts';
import type { SeedWrite } from './seed-store.ts';

/** One field that changes; absent values are undefined. Safe to show: secrets are fingerprints. */
export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** One thing that changes. */
export interface SeedChange {
  readonly action: 'create' | 'update';
  readonly kind: SeedWrite['kind'];
  /** Slug of its tenant. */
  readonly tenant: string;
  /** Slug, key, `application:role`, client id or user name. */
  readonly name: string;
  readonly fields: readonly FieldChange[];
  readonly write: SeedWrite;
  readonly pending: PendingSecret | undefined;
}

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
  /** What the operator should know, though it changes nothing. */
  readonly warnings: readonly string[];
}

/** Digests of the secrets that the files of `generate: true` hold now, by path. */
export type GeneratedDigests = ReadonlyMap<string, string>;

/** A plan being made. */
export interface Planning {
  readonly changes: SeedChange[];
  readonly warnings: string[];
  readonly problems: SeedProblem[];
  readonly generated: GeneratedDigests;
  /** Makes the id of a new account. */
  readonly newId: () => string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Adds a change when any field differs.
 *
 * @param before - undefined: the thing is new. `managed`: whether seeds made it; if not, they take
 *   it over, and the plan says so
 */
export function addChange(
  plan: Planning,
  name: string,
  before: { readonly fields: Fields; readonly managed: boolean } | undefined,
  after: Fields,
  write: SeedWrite,
  pending?: PendingSecret,
): void {
  const fields = compare(before?.fields, after);
  if (before?.managed === false) fields.push({ field: 'managedBy', from: undefined, to: 'seed' });
  if (before !== undefined && fields.length === 0) return;
  const action = before === undefined ? 'create' : 'update';
  const { kind, tenant } = write;
  plan.changes.push({ action, kind, tenant, name, fields, write, pending });
}

/** The fields that differ; of new things also those that are there, but for empty lists. */
function compare(before: Fields | undefined, after: Fields): FieldChange[] {
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
