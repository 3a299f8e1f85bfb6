import type { IncomingMessage } from 'node:http';
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
 * The library neither stores nor introspects JWTs. `structured-token-request.ts` keeps the JWT with
 * the request and hands the library a handle that it takes for an opaque token; `find` verifies
 * signature, issuer and type, looks the `jti` and the grant up among what was denied, and returns
 * the payload that the library would have stored, so that its own grant check and its policies
 * speak. Revoking denies the `jti` until it expires.
 *
 * @see RFC 9068, section 4; RFC 7662; RFC 7009
 */
export interface StructuredTokens {
  /** Whether `id` stands for the JWT that this request presented. Whoever types it has none. */
  isHandle(id: string): boolean;
  find(model: ArtifactModel): Promise<AdapterPayload | undefined>;
  /** Denies the JWT that this request presented, if `jti` is its; false when it is not. */
  deny(jti: string): Promise<boolean>;
}

/** Claim that refers to the token's grant without naming it. */
export const GRANT_CLAIM = 'gid';

/** What the library gets to see in place of a JWT; no opaque token of it holds this character. */
const HANDLE = '~';

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

interface PresentedJwt {
  readonly jwt: string;
  /** Verified once: the library asks for each model. */
  claims?: Promise<JWTPayload | undefined>;
}

const presented = new WeakMap<IncomingMessage, PresentedJwt>();

/** Keeps the JWT that a request presents; returns the handle to give the library. */
export function presentJwt(req: IncomingMessage, jwt: string): string {
  presented.set(req, { jwt });
  return HANDLE;
}

/** What the current request presented: nothing, outside of the library's routes. */
function presentedNow(): PresentedJwt | undefined {
  return Provider.ctx === undefined ? undefined : presented.get(Provider.ctx.req);
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

  const verify = async (jwt: string): Promise<JWTPayload | undefined> => {
    try {
      const { payload } = await jwtVerify(jwt, publicKeys, {
        issuer,
        typ: 'at+jwt',
        requiredClaims: ['exp', 'jti'],
      });
      return payload;
    } catch {
      // Whatever is wrong with it, it is not an active token of this tenant (RFC 7662, 2.2).
      return undefined;
    }
  };

  const claimsNow = () => {
    const token = presentedNow();
    if (token === undefined) return undefined;
    token.claims ??= verify(token.jwt);
    return token.claims;
  };

  return {
    isHandle: (id) => id === HANDLE && presentedNow() !== undefined,
    async find(model) {
      const claims = await claimsNow();
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
      const claims = await claimsNow();
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
  const bound = (claims.cnf ?? {}) as { jkt?: unknown };
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
    // Bound to a key: an API that asks about it must hear so (RFC 9449, section 6.2).
    ...(typeof bound.jkt === 'string' ? { jkt: bound.jkt } : {}),
    // The library shows the subject of a person only; a machine is its own (RFC 9068, section 2.2).
    extra: grantKey === undefined ? { ...extra, sub: claims.sub } : extra,
  } as AdapterPayload;
}

function publicPart(jwk: Record<string, unknown>) {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest } = jwk;
  return rest;
}
