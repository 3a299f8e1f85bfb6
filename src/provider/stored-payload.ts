import { sha256 } from '../crypto/digest.ts';
import { SealError, type Sealer } from '../crypto/sealing.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { ArtifactKey, ArtifactModel, StoredPayload } from './artifact-store.ts';
import type { SessionFacts } from './session-facts.ts';

/**
 * What is stored of an artifact: its payload without any value that somebody could present.
 *
 * The id goes (rows are found by its digest). An Interaction carries the live session id, its own
 * uid inside a URL, and the request's parameters with hints; a pushed request carries the same
 * parameters: both are sealed whole. A Session's `state` can hold the same URL and its form's
 * secret: that member is sealed. A Session's facts (`session-facts.ts`) are stored beside its
 * payload and are no part of it.
 */

type Payload = Record<string, unknown>;

interface Place {
  tenantId: TenantId;
  model: ArtifactModel;
  key: ArtifactKey;
}

const SEALED_WHOLE: ReadonlySet<ArtifactModel> = new Set([
  'Interaction',
  'PushedAuthorizationRequest',
]);

/** Prefix of a grant id that stands for its key: what JWT access tokens carry of their grant. */
const GRANT_REFERENCE = 'ref:';

/** Key of an artifact: the digest of its id. A grant's reference is its key already. */
export function artifactKey(model: ArtifactModel, id: string): ArtifactKey {
  return model === 'Grant' && id.startsWith(GRANT_REFERENCE)
    ? id.slice(GRANT_REFERENCE.length)
    : sha256(id);
}

/** The opaque reference to a grant that a JWT access token carries. */
export function grantReference(grantId: string): string {
  return artifactKey('Grant', grantId);
}

/** The grant id to look a reference up with. */
export function grantIdOf(reference: string): string {
  return `${GRANT_REFERENCE}${reference}`;
}

/** @param facts - what is stored beside the payload of a Session */
export function toStored(
  sealer: Sealer,
  place: Place,
  payload: Payload,
  facts?: SessionFacts,
): StoredPayload {
  const { jti: _id, ...rest } = payload;
  if (SEALED_WHOLE.has(place.model)) return { sealed: seal(sealer, place, rest) };
  const beside = facts === undefined ? {} : { facts };
  if (place.model === 'Session' && rest.state !== undefined) {
    return { ...rest, state: seal(sealer, place, rest.state), ...beside };
  }
  return { ...rest, ...beside };
}

/**
 * What was stored, as it was.
 *
 * What does not open (its sealing key is no longer configured, or the row belongs elsewhere) is as
 * good as expired: an Interaction begins again, a Session goes on without its form's state.
 *
 * @param id - the id as presented; goes back in as `jti`
 */
export function fromStored(
  sealer: Sealer,
  place: Place,
  id: string | undefined,
  stored: StoredPayload,
): Payload | undefined {
  const jti = id === undefined ? {} : { jti: id };
  if (SEALED_WHOLE.has(place.model)) {
    const opened = open(sealer, place, stored.sealed);
    return typeof opened === 'object' ? { ...opened, ...jti } : undefined;
  }
  if (place.model !== 'Session') return { ...stored, ...jti };
  const { facts: _facts, ...payload } = stored;
  return payload.state === undefined
    ? { ...payload, ...jti }
    : { ...payload, state: open(sealer, place, payload.state), ...jti };
}

function seal(sealer: Sealer, place: Place, value: unknown): string {
  return sealer.seal(JSON.stringify(value), context(place));
}

function open(sealer: Sealer, place: Place, sealed: unknown): unknown {
  try {
    return JSON.parse(sealer.open(String(sealed), context(place)));
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

function context({ tenantId, model, key }: Place) {
  return { tenant: tenantId, purpose: `artifact.${model}`, record: key, version: 1 };
}
