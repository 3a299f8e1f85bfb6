import type { TenantId } from '../tenants/tenant.ts';

/**
 * The contract for everything that `oidc-provider` persists through its adapter, except clients.
 *
 * Two implementations exist, PostgreSQL and Redis (`storage/`), and one shared suite
 * (`testing/artifact-store-suite.ts`) proves every sentence below on each. The adapter
 * (`adapter.ts`) turns ids into keys and bearer values into digests before it calls a store:
 * no store ever sees a value that somebody could present.
 *
 * What holds for every method:
 * - The tenant leads: an artifact of another tenant does not exist.
 * - Expiry is honest: from `expiresAt` on, by the store's own `now`, an artifact is not there:
 *   never returned, consumed or kept of when its key is written again, whatever the sweeper did.
 * - A store that cannot answer throws StorageUnavailableError.
 */

export type ArtifactModel =
  | 'AccessToken'
  | 'AuthorizationCode'
  | 'BackchannelAuthenticationRequest'
  | 'ClientCredentials'
  | 'DeviceCode'
  | 'Grant'
  | 'InitialAccessToken'
  | 'Interaction'
  | 'PushedAuthorizationRequest'
  | 'RefreshToken'
  | 'RegistrationAccessToken'
  | 'ReplayDetection'
  | 'Session';

/** SHA-256 of an id, base64url without padding (43 characters). */
export type ArtifactKey = string;

/** JSON that holds no bearer value: what the adapter stores of a payload. */
export type StoredPayload = Readonly<Record<string, unknown>>;

export interface ArtifactWrite {
  readonly tenantId: TenantId;
  readonly model: ArtifactModel;
  readonly key: ArtifactKey;
  readonly payload: StoredPayload;
  readonly expiresAt: Date;
  /** Key of the grant that this belongs to. For a Grant: its own key. */
  readonly grantKey?: ArtifactKey;
  /** Key of the session uid that this was issued in. For a Session: of its own uid. */
  readonly sessionKey?: ArtifactKey;
  /**
   * True for what was issued without `offline_access`: it ends with its session. A Session always
   * does.
   */
  readonly endsWithSession?: boolean;
  readonly accountId?: string;
  /** For a rotated refresh token: the key of the token that it succeeds. Replacing keeps it. */
  readonly parentKey?: ArtifactKey;
  /** Digest of a device flow's user code. */
  readonly userCodeKey?: ArtifactKey;
  /**
   * When the request that writes this began: an account that ended in that millisecond or later
   * refuses the write.
   */
  readonly startedAt: Date;
  /**
   * What its request used up for it. If this write fails where that is in another place, it is given
   * back there (`placeArtifacts`); a store by itself has nowhere to.
   */
  readonly spent?: SpentArtifact;
}

/** What a request has consumed, and saved in its place. */
export interface SpentArtifact {
  readonly model: ArtifactModel;
  readonly key: ArtifactKey;
  /** Of a refresh token: its successor, which nobody has been told yet. */
  readonly successorKey?: ArtifactKey;
}

/**
 * How far a single-use artifact is used up.
 * - `unused`: never consumed.
 * - `retryable`: consumed, but a retry may still be answered: a refresh token inside its retry
 *   window none of whose successors has been used; for other models never.
 * - `used`: consumed for good, or a refresh token whose sibling was used first.
 */
export type ArtifactUse = 'unused' | 'retryable' | 'used';

export interface StoredArtifact {
  readonly payload: StoredPayload;
  /** Of a Grant later than it was written with, if a refresh token extended it. */
  readonly expiresAt: Date;
  readonly use: ArtifactUse;
  /** When it was first consumed. */
  readonly consumedAt: Date | undefined;
}

/** The models that are listed by the account they belong to. */
export type ListedModel = 'Grant' | 'RefreshToken' | 'Session';

export interface ListedArtifact extends StoredArtifact {
  readonly key: ArtifactKey;
}

/** What `revokeGrant`, `endSession` and `endAccount` keep refusing, at least until then. */
export interface EndOptions {
  /**
   * How long the tombstone stays: longer than any request in flight, and than any JWT access token
   * that the grant issued, because nothing else is left to refuse.
   */
  readonly tombstoneUntil: Date;
}

export interface ArtifactStore {
  /**
   * Inserts or replaces an artifact.
   *
   * In the same atomic operation it checks the tombstones of the grant, the session and the
   * account (the last: only one set after `startedAt`): `ended` means that nothing was written.
   * Replacing keeps what was recorded of consumption. A rotated refresh token (`parentKey`) is
   * refused with `ended` when its parent is gone or a successor of its parent has been used;
   * replacing one that was saved is not a new successor, so it is not refused for that.
   * Saving a refresh token extends its Grant's `expiresAt` to at least its own; replacing a Grant
   * never shortens it.
   */
  save(write: ArtifactWrite): Promise<'saved' | 'ended'>;

  /**
   * Inserts only if the key is not there (alive): of many at once exactly one gets true. What
   * `save` would refuse with `ended` is false, and not inserted.
   */
  insertOnce(write: ArtifactWrite): Promise<boolean>;

  find(
    tenantId: TenantId,
    model: ArtifactModel,
    key: ArtifactKey,
  ): Promise<StoredArtifact | undefined>;

  /** A session by its uid's key; of several (the id was just changed) the last to expire. */
  findSessionByUid(
    tenantId: TenantId,
    sessionKey: ArtifactKey,
  ): Promise<StoredArtifact | undefined>;

  /** A device code by its user code's key. */
  findByUserCode(tenantId: TenantId, userCodeKey: ArtifactKey): Promise<StoredArtifact | undefined>;

  /**
   * What an account has of one model that is `unused`, the last to expire first: a page of at most
   * `limit`, which begins behind `after`, the last one of the page before.
   */
  listByAccount(
    tenantId: TenantId,
    accountId: string,
    model: ListedModel,
    page: { limit: number; after?: Pick<ListedArtifact, 'expiresAt' | 'key'> },
  ): Promise<ListedArtifact[]>;

  /**
   * Consumes a single-use artifact: a conditional write, so that of any number of racers on any
   * replicas exactly one gets `consumed`; the others get `lost`.
   *
   * Refresh tokens may be consumed again while they are `retryable` (`retryWindowSeconds`, whole
   * seconds, 0 for never): the predecessor is retried until one of its successors is used. The
   * first consumption opens the window; a later call that names a shorter one shortens it for
   * itself, never lengthens it. The first consumption of a successor marks the predecessor and, in
   * the same operation, turns every other successor of it into `used`.
   *
   * `thenSaves` names what the caller saves next. Where the place of that is known to be away, this
   * throws and consumes nothing: else a client that asks again when it is back would be a thief.
   */
  consume(
    tenantId: TenantId,
    model: ArtifactModel,
    key: ArtifactKey,
    options: { retryWindowSeconds: number; thenSaves?: ArtifactModel },
  ): Promise<'consumed' | 'lost'>;

  /**
   * Takes a consumption back for a request that cannot be answered: its successor is deleted, and what
   * it consumed is `unused` again, as if the request had never come. What somebody else was given for
   * it stays good, so it stays used up then: where it has another successor, or one of its successors,
   * or a sibling, has been used. A retry that is just being answered beside it may be overlooked: then
   * the first use of that successor uses it up, as ever.
   */
  giveBack(tenantId: TenantId, spent: SpentArtifact): Promise<void>;

  /** Deletes one artifact; no error when it is not there. */
  destroy(tenantId: TenantId, model: ArtifactModel, key: ArtifactKey): Promise<void>;

  /**
   * Deletes the grant and everything issued under it, and refuses what is still being written.
   * From the moment this is done nothing of the grant is returned or consumed. If it throws,
   * repeat it: no part of the work is lost or does harm twice. So with the two below.
   */
  revokeGrant(tenantId: TenantId, grantKey: ArtifactKey, options: EndOptions): Promise<void>;

  /**
   * Ends a session by its uid's key: deletes the session and whatever ends with it; a grant of
   * `grantKeys` that has no live refresh token left afterwards is revoked too. Live is one that has
   * not expired, used or not: the successor of a used one may still be on its way. What is still
   * being written in the session, and would end with it, is refused.
   * @returns the grants revoked, also those of `grantKeys` that were gone already
   */
  endSession(
    tenantId: TenantId,
    sessionKey: ArtifactKey,
    grantKeys: readonly ArtifactKey[],
    options: EndOptions,
  ): Promise<ArtifactKey[]>;

  /**
   * Deletes every session, interaction, token, code and grant of an account, and refuses what
   * requests that began before now are still writing. Requests that begin later are not refused.
   * Its grants count as revoked (`isDenied`).
   */
  endAccount(tenantId: TenantId, accountId: string, options: EndOptions): Promise<void>;

  /** Denies a JWT access token by the key of its `jti` until it expires. */
  deny(tenantId: TenantId, jtiKey: ArtifactKey, expiresAt: Date): Promise<void>;

  /** Whether the `jti` was denied or the grant revoked; one round trip. */
  isDenied(
    tenantId: TenantId,
    jtiKey: ArtifactKey,
    grantKey: ArtifactKey | undefined,
  ): Promise<boolean>;

  /** Sessions alive now, over all tenants: the figure behind `redis_sessions_active`. */
  countSessions(): Promise<number>;

  /**
   * Deletes up to `limit` expired rows, or entries of indexes where keys expire by themselves;
   * returns how many. Safe to run anywhere, any time.
   */
  sweep(limit: number): Promise<number>;
}
