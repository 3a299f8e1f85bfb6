import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { type AdapterPayload, Provider } from 'oidc-provider';
import { sha256 } from '../crypto/digest.ts';
import type { KeySet } from '../keys/signing-key.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { ArtifactModel, ArtifactStore } from './artifact-store.ts';
import { inProtocol } from './protocol-errors.ts';
import { grantIdOf } from './stored-payload.ts';

/**
 * Introspection and revocation of JWT access tokens.
 *
 * The library neither stores nor introspects JWTs. `structured-token-request.ts` hands it the JWT
 * behind a handle that it takes for an opaque token; `find` verifies signature, issuer and type,
 * looks the `jti` and the grant up among what was denied, and returns the payload that the
 * library would have stored, so that its own grant check and its policies speak. Revoking denies
 * the `jti` until it expires.
 *
 * @see RFC 9068, section 4; RFC 7662; RFC 7009
 */
export interface StructuredTokens {
  isHandle(id: string): boolean;
  find(model: ArtifactModel, handle: string): Promise<AdapterPayload | undefined>;
  /** Denies the JWT that this request presented, if `jti` is its; false when it is not. */
  deny(jti: string): Promise<boolean>;
}

/** Claim that refers to the token's grant without naming it. */
export const GRANT_CLAIM = 'gid';

/** No opaque token of the library holds this character. */
const HANDLE_PREFIX = '~';

/** What the library's payload has members of its own for, and what nobody needs to see. */
const OWN_CLAIMS = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'jti',
  'scope',
  'client_id',
  'cnf',
  'authorization_details',
  GRANT_CLAIM,
]);

export function asHandle(jwt: string): string {
  return `${HANDLE_PREFIX}${jwt}`;
}

export function createStructuredTokens(
  deps: { artifacts: Pick<ArtifactStore, 'deny' | 'isDenied'> },
  tenantId: TenantId,
  issuer: string,
  keySet: KeySet,
): StructuredTokens {
  const publicKeys = createLocalJWKSet({
    keys: keySet.keys.map((key) => publicPart(key.privateJwk)),
  });
  const verified = new WeakMap<object, Promise<JWTPayload | undefined>>();

  /** The library asks for the same handle once per model; a request presents one token. */
  const verify = (handle: string) => {
    const request: object = Provider.ctx ?? {};
    let claims = verified.get(request);
    if (claims === undefined) {
      claims = verifyOnce(handle.slice(HANDLE_PREFIX.length));
      verified.set(request, claims);
    }
    return claims;
  };

  const verifyOnce = async (jwt: string): Promise<JWTPayload | undefined> => {
    try {
      const { payload } = await jwtVerify(jwt, publicKeys, { issuer, typ: 'at+jwt' });
      return payload;
    } catch {
      // Whatever is wrong with it, it is not an active token of this tenant (RFC 7662, 2.2).
      return undefined;
    }
  };

  return {
    isHandle: (id) => id.startsWith(HANDLE_PREFIX),
    async find(model, handle) {
      const claims = await verify(handle);
      if (claims?.jti === undefined) return undefined;
      const reference = claims[GRANT_CLAIM];
      const grantKey = typeof reference === 'string' ? reference : undefined;
      if (model !== (grantKey === undefined ? 'ClientCredentials' : 'AccessToken'))
        return undefined;
      if (await inProtocol(deps.artifacts.isDenied(tenantId, sha256(claims.jti), grantKey))) {
        return undefined;
      }
      return asStored(model, claims, grantKey);
    },
    async deny(jti) {
      const claims = await verified.get(Provider.ctx ?? {});
      if (claims?.jti !== jti || claims.exp === undefined) return false;
      const expiresAt = new Date(claims.exp * 1000);
      await inProtocol(deps.artifacts.deny(tenantId, sha256(jti), expiresAt));
      return true;
    },
  };
}

/** The payload of the opaque token that this JWT would have been. */
function asStored(
  model: ArtifactModel,
  claims: JWTPayload,
  grantKey: string | undefined,
): AdapterPayload {
  const extra = Object.fromEntries(
    Object.entries(claims).filter(([name]) => !OWN_CLAIMS.has(name)),
  );
  return {
    kind: model,
    jti: claims.jti,
    iat: claims.iat,
    exp: claims.exp,
    aud: claims.aud,
    scope: claims.scope,
    clientId: claims.client_id,
    ...(grantKey === undefined ? {} : { accountId: claims.sub, grantId: grantIdOf(grantKey) }),
    extra,
  } as AdapterPayload;
}

function publicPart(jwk: Record<string, unknown>) {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest } = jwk;
  return rest;
}
