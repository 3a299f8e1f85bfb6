import { sha256 } from '../crypto/digest.ts';
import type { Sealer } from '../crypto/sealing.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { ArtifactKey, ArtifactModel, StoredPayload } from './artifact-store.ts';

/**
 * What is stored of an artifact: its payload without any value that somebody could present.
 *
 * The id goes (rows are found by its digest). An Interaction carries the live session id, its own
 * uid inside a URL, and the request's parameters with hints: it is sealed whole. A Session's
 * `state` can hold the same URL and its form's secret: that member is sealed.
 */

type Payload = Record<string, unknown>;

interface Place {
  tenantId: TenantId;
  model: ArtifactModel;
  key: ArtifactKey;
}

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

export function toStored(sealer: Sealer, place: Place, payload: Payload): StoredPayload {
  const { jti: _id, ...rest } = payload;
  if (place.model === 'Interaction') return { sealed: seal(sealer, place, rest) };
  if (place.model === 'Session' && rest.state !== undefined) {
    return { ...rest, state: seal(sealer, place, rest.state) };
  }
  return rest;
}

/** @param id - the id as presented; goes back in as `jti` */
export function fromStored(
  sealer: Sealer,
  place: Place,
  id: string | undefined,
  stored: StoredPayload,
): Payload {
  const jti = id === undefined ? {} : { jti: id };
  if (place.model === 'Interaction') {
    const opened = open(sealer, place, stored.sealed);
    return { ...(typeof opened === 'object' ? opened : undefined), ...jti };
  }
  if (place.model === 'Session' && stored.state !== undefined) {
    return { ...stored, state: open(sealer, place, stored.state), ...jti };
  }
  return { ...stored, ...jti };
}

function seal(sealer: Sealer, place: Place, value: unknown): string {
  return sealer.seal(JSON.stringify(value), context(place));
}

function open(sealer: Sealer, place: Place, sealed: unknown): unknown {
  return JSON.parse(sealer.open(String(sealed), context(place)));
}

function context({ tenantId, model, key }: Place) {
  return { tenant: tenantId, purpose: `artifact.${model}`, record: key, version: 1 };
}
