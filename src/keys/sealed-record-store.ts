/** What PostgreSQL holds sealed until it is deleted, and so has to move when the sealing key does. */
export type SealedKind =
  /** Key: tenant id, `kid`. */
  | 'signing_keys'
  /** Key: purpose, version. */
  | 'deployment_secrets'
  /** Key: tenant id, id of the factor. */
  | 'totp_seeds'
  /** Our secrets at upstream providers. Key: tenant id, key of the provider. */
  | 'upstream_secrets'
  /** Secrets of deployments that tenants came from. Key: tenant id, its id there. */
  | 'tenant_origins'
  /** What waiting messages say. Key: tenant id, id of the message. */
  | 'mail';

/** The primary key of a record, as text. */
export type SealedRecordKey = readonly [string, string];

export interface SealedRecord {
  readonly key: SealedRecordKey;
  readonly sealed: string;
}

/** A record and the seal that is to take the place of the one that was read. */
export interface ResealedRecord extends SealedRecord {
  readonly resealed: string;
}

/**
 * Everything in PostgreSQL that is sealed, whosever it is: for the move to another sealing key
 * alone. Throws StorageUnavailableError.
 */
export interface SealedRecordStore {
  /**
   * Looks at the next `limit` records of a kind, in the order of their keys.
   *
   * @param input.after - `next` of the page before; undefined: from the start
   * @returns those that are not under the key `keyId`, and where to go on; no `next`: at the end
   */
  page(
    kind: SealedKind,
    input: {
      readonly keyId: string;
      readonly after: SealedRecordKey | undefined;
      readonly limit: number;
    },
  ): Promise<{ readonly records: SealedRecord[]; readonly next: SealedRecordKey | undefined }>;
  /**
   * Puts new seals in the place of those that were read, each only where the old one still stands
   * and nobody is changing its row at this moment; the others stay as they are. The version of a
   * key set moves with its keys, so that nobody writes back an older copy.
   *
   * @returns how many were replaced
   */
  replace(kind: SealedKind, records: readonly ResealedRecord[]): Promise<number>;
}
