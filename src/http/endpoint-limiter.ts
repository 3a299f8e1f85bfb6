/** What kind of work a request asks for; each has limits of its own. */
export type EndpointClass =
  /** For people without a session, too: authorization, sign-in, sign-up. */
  | 'page'
  /** For clients that authenticate with it: token, introspection, revocation, pushed requests. */
  | 'token'
  /** For whoever already holds a token: userinfo. */
  | 'authenticated'
  /** For a name that is of no tenant, as far as is known here: nothing else of the request is known yet. */
  | 'lookup';

/** Who is counted. */
export interface EndpointCaller {
  readonly kind: 'address' | 'client';
  /** Never stored readable. */
  readonly id: string;
}

export type EndpointVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/**
 * Counts requests, to keep one caller from taking everybody's share. Guesses at passwords are
 * counted elsewhere and exactly (`accounts/attempt-store.ts`); this one answers at once, from what
 * the process knows, and costs a request no round trip.
 */
export interface EndpointLimiter {
  /** Counts a request on its callers, in order, until one is over its limit. */
  take(endpointClass: EndpointClass, callers: readonly EndpointCaller[]): EndpointVerdict;
}

/** Requests in one window; 0 is no limit. */
export type EndpointLimits = Readonly<
  Record<EndpointClass, Readonly<Record<EndpointCaller['kind'], number>>>
>;

export const ENDPOINT_WINDOW_SECONDS = 60;

/**
 * What every deployment has, in requests a minute; not a setting.
 *
 * | class | address (IPv4, or /64 of IPv6) | client |
 * |---|---|---|
 * | page | 1,200 | – |
 * | token | 30,000 | 150,000 |
 * | authenticated | 30,000 | – |
 * | lookup | 30,000 | – |
 *
 * A page sign-in takes some 10 requests, so an office behind one address signs in 120 people a
 * minute; a gateway gets 500 tokens or introspections a second from one address. The limit of a
 * client is five times that of an address, because anybody can claim a client's id: one address
 * alone cannot use a client's share up. A look-up is one short query, and a replica that has just begun
 * has to look up whatever tenants a gateway asks it for.
 */
export const DEFAULT_ENDPOINT_LIMITS: EndpointLimits = {
  page: { address: 1200, client: 0 },
  token: { address: 30_000, client: 150_000 },
  authenticated: { address: 30_000, client: 0 },
  lookup: { address: 30_000, client: 0 },
};

/** No limits at all: for benchmarks. */
export const NO_ENDPOINT_LIMITS: EndpointLimits = {
  page: { address: 0, client: 0 },
  token: { address: 0, client: 0 },
  authenticated: { address: 0, client: 0 },
  lookup: { address: 0, client: 0 },
};
