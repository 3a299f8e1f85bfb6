import { hmacSha256 } from '../crypto/digest.ts';

/**
 * What `seed apply` made of one thing: a digest of each field's value, never the value. Where the
 * stored value has another digest, somebody changed it since; where the file's has, the file did.
 */
export interface SeedRecord {
  /** By field; a field without a value is not there. */
  readonly fields: Readonly<Record<string, string>>;
  /** Of an account: whether seeds created it, and not its owner. */
  readonly made?: boolean;
}

/** Where a field changed since the last apply. */
export type ChangedIn = 'file' | 'database' | 'both';

/** Digests values for records; undefined for no value. */
export type DigestValue = (value: unknown) => string | undefined;

/** Characters of a digest: enough that no two values of one field are ever taken for another. */
const DIGEST_LENGTH = 16;

/**
 * Makes the digests of one deployment: without its key nobody tells what they stand for.
 *
 * @param key - the pepper of client secrets
 */
export function createValueDigest(key: string | Buffer): DigestValue {
  return (value) =>
    value === undefined
      ? undefined
      : hmacSha256(key, `gatehouse seed value ${canonicalJson(value)}`).slice(0, DIGEST_LENGTH);
}

/** The record of fields that were applied. */
export function recordOf(
  digest: DigestValue,
  fields: Readonly<Record<string, unknown>>,
): SeedRecord {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).flatMap(([field, value]) => {
        const digested = digest(value);
        return digested === undefined ? [] : [[field, digested]];
      }),
    ),
  };
}

/**
 * Where a field changed since it was applied.
 *
 * @param change - what is stored and what the file says, which differ
 * @returns undefined when nothing is known of an apply, as where a tenant was moved to
 */
export function changedIn(
  digest: DigestValue,
  record: SeedRecord | undefined,
  { field, from, to }: { readonly field: string; readonly from: unknown; readonly to: unknown },
): ChangedIn | undefined {
  if (record === undefined || Object.keys(record.fields).length === 0) return undefined;
  const applied = record.fields[field];
  if (digest(from) === applied) return 'file';
  return digest(to) === applied ? 'database' : 'both';
}

/** JSON in which equal values are equal texts, whatever the order of their members. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
