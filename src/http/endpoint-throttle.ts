import type Koa from 'koa';
import { sha256 } from '../crypto/digest.ts';
import { GatehouseError } from '../errors.ts';
import { canonicalPath } from './canonical-path.ts';
import type { EndpointCaller, EndpointClass, EndpointLimiter } from './endpoint-limiter.ts';
import type { RequestState } from './request-state.ts';

/**
 * Too many requests from one caller: 429 with `Retry-After`.
 *
 * The code is RFC 6749's name for "not now": it defines none for a 429, and this is the one that
 * client libraries know as worth trying again.
 *
 * @see RFC 6749, section 4.1.2.1; RFC 6585, section 4
 */
export class TooManyRequestsError extends GatehouseError {
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('temporarily_unavailable', 'Too many requests. Please try again later.', {
      status: 429,
    });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What a request is counted as. */
export interface EndpointClassification {
  readonly endpointClass: EndpointClass;
  /** What client ids are unique in, such as the tenant's id. */
  readonly clientScope: string;
}

export interface EndpointThrottleDeps<State extends RequestState = RequestState> {
  readonly limiter: EndpointLimiter;
  /** Undefined for what is not limited. See `createPathClassifier`. */
  readonly classify: (ctx: Koa.ParameterizedContext<State>) => EndpointClassification | undefined;
  /** What an address is counted as: `callerOf` of `accounts/attempt-subjects.ts`. */
  readonly callerOf: (address: string) => string;
}

/**
 * Limits how often one caller may ask, per address and, where client authentication is in the
 * header, per client. Counted by class, whatever the path was written like.
 *
 * Machine endpoints (`token`, `authenticated`) answer a refusal as JSON, the others by `Accept`.
 *
 * @throws TooManyRequestsError into the error boundary
 */
export function endpointThrottle<State extends RequestState>(
  deps: EndpointThrottleDeps<State>,
): Koa.Middleware<State> {
  const { limiter, classify, callerOf } = deps;
  return async (ctx, next) => {
    const classified = classify(ctx);
    if (classified === undefined) return next();
    const { endpointClass, clientScope } = classified;
    const callers: EndpointCaller[] = [{ kind: 'address', id: callerOf(ctx.state.address) }];
    const clientId = claimedClientId(ctx.get('authorization'));
    if (clientId !== undefined) {
      // A digest: many ids are remembered, and nobody has checked how long this one is.
      callers.push({ kind: 'client', id: sha256(`${clientScope} ${clientId}`) });
    }
    const verdict = limiter.take(endpointClass, callers);
    if (!verdict.allowed) {
      if (endpointClass !== 'page') ctx.state.errorForm ??= 'json';
      throw new TooManyRequestsError(verdict.retryAfterSeconds);
    }
    return next();
  };
}

/** Canonical paths of each class; one that ends in `/*` stands for everything below it, too. */
export interface EndpointPaths {
  readonly token: readonly string[];
  readonly authenticated: readonly string[];
  /** Not limited: small, cached answers. */
  readonly exempt: readonly string[];
}

/**
 * Makes the function that tells a path's class. The longest match decides; whatever is not named
 * is a `page`, so that a new route is limited before anybody thinks of it.
 *
 * @returns takes a path inside the tenant, as it came; undefined for exempt ones
 */
export function createPathClassifier(
  paths: EndpointPaths,
): (path: string) => EndpointClass | undefined {
  const exact = new Map<string, EndpointClass | undefined>();
  const below: { prefix: string; endpointClass: EndpointClass | undefined }[] = [];
  const add = (list: readonly string[], endpointClass: EndpointClass | undefined) => {
    for (const path of list) {
      const isTree = path.endsWith('/*');
      const own = isTree ? path.slice(0, -2) : path;
      exact.set(own, endpointClass);
      if (isTree) below.push({ prefix: `${own}/`, endpointClass });
    }
  };
  add(paths.exempt, undefined);
  add(paths.token, 'token');
  add(paths.authenticated, 'authenticated');
  below.sort((a, b) => b.prefix.length - a.prefix.length);

  return (path) => {
    const canonical = canonicalPath(path);
    if (exact.has(canonical)) return exact.get(canonical);
    const tree = below.find(({ prefix }) => canonical.startsWith(prefix));
    return tree === undefined ? 'page' : tree.endpointClass;
  };
}

/**
 * The client id that a Basic header claims; nobody has checked it yet.
 *
 * @see RFC 6749, section 2.3.1 (id and secret are form-encoded inside)
 */
function claimedClientId(authorization: string): string | undefined {
  const credentials = /^basic +([A-Za-z0-9+/_-]{1,2048}={0,2})$/i.exec(authorization)?.[1];
  if (credentials === undefined) return undefined;
  const text = Buffer.from(credentials, 'base64').toString();
  const [id = '', ...rest] = text.split(':');
  if (id === '' || rest.length === 0) return undefined;
  try {
    return decodeURIComponent(id.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
