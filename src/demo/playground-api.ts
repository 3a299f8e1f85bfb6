import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { GatehouseError } from '../errors.ts';
import type { RequestContext } from '../http/request-state.ts';
import { discover } from './relying-party.ts';
import type { PlaygroundDeps } from './visit.ts';

/** Where the API answers; its identifier is `deps.resource`. */
export const API_PATH = '/api';

/** What one has to be allowed to. */
const PERMISSION = 'tokens:read';

/** The issuer's keys cannot be had now; says nothing about the token. */
class KeysUnavailableError extends GatehouseError {
  constructor(cause?: unknown) {
    const message = 'the keys of the issuer cannot be had now';
    super('temporarily_unavailable', message, { status: 503, expose: true, cause });
  }
}

/**
 * `GET /api`: a small API as yours might be. It takes access tokens that an issuer made for it,
 * checks them by itself, and decides by the permissions in them.
 *
 * It knows keys from discovery alone; a real one keeps them for a while instead of asking each
 * time.
 *
 * @see RFC 9068, section 4 (validating); RFC 6750, section 3 (refusing)
 */
export async function apiRoute(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  ctx.set('Cache-Control', 'no-store');
  const token = /^Bearer +(\S+)$/i.exec(ctx.get('authorization'))?.[1];
  if (token === undefined) return refuse(ctx, 401, undefined, 'Send an access token.');
  const claims = await verify(deps, token);
  if (claims === undefined) {
    return refuse(ctx, 401, 'invalid_token', 'This is no access token for this API, or not now.');
  }
  const permissions = Array.isArray(claims.permissions) ? claims.permissions : [];
  if (!permissions.includes(PERMISSION)) {
    return refuse(ctx, 403, 'insufficient_scope', `This needs the permission ${PERMISSION}.`);
  }
  ctx.body = {
    message: 'Your access token is in order.',
    sub: claims.sub,
    tenant: claims.tenant,
    roles: claims.roles,
    permissions,
  };
}

/**
 * The claims of a token that is valid here; undefined for any other.
 *
 * @throws GatehouseError 503 when the issuer's keys cannot be had
 */
async function verify(deps: PlaygroundDeps, token: string): Promise<JWTPayload | undefined> {
  const issuer = deps.issuers.find((one) => one.issuer === issuerOf(token));
  if (issuer === undefined) return undefined;
  const config = await discover(issuer);
  const jwksUri = config.outcome === 'done' ? config.value.serverMetadata().jwks_uri : undefined;
  if (jwksUri === undefined) throw new KeysUnavailableError();
  try {
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUri)), {
      issuer: issuer.issuer,
      audience: deps.resource,
      typ: 'at+jwt',
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw new KeysUnavailableError(error);
  }
}

/** Only to choose whose keys verify it. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function refuse(
  ctx: RequestContext,
  status: 401 | 403,
  error: string | undefined,
  description: string,
): void {
  ctx.status = status;
  const challenge =
    error === undefined ? '' : ` error="${error}", error_description="${description}"`;
  ctx.set('WWW-Authenticate', `Bearer${challenge}`);
  ctx.body = { error: error ?? 'unauthorized', error_description: description };
}
