import type { Tenant, TenantId } from '../tenants/tenant.ts';
import type {
  BeginUpstreamInput,
  BeginUpstreamResult,
  KeptUpstreamRequest,
} from '../upstream/begin-upstream-sign-in.ts';
import type { FinishUpstreamResult } from '../upstream/finish-upstream-sign-in.ts';
import type { UpstreamRequest } from '../upstream/record-upstream-sign-in.ts';
import type { UpstreamResolution } from '../upstream/resolve-upstream-identity.ts';
import type { UpstreamIdentity, UpstreamLink, UpstreamProvider } from '../upstream/upstream.ts';
import type { UpstreamFailureReason } from '../upstream/upstream-failure.ts';
import { STORED } from './step.ts';

/** What hosted pages ask of the room `upstream`, with its dependencies in place. */
export interface UpstreamUse {
  /** The providers that a tenant offers, in the order of its sign-in page. */
  readonly offeredBy: (tenant: Tenant) => Promise<readonly UpstreamProvider[]>;
  readonly linksOf: (tenantId: TenantId, accountId: string) => Promise<readonly UpstreamLink[]>;
  readonly begin: (
    provider: UpstreamProvider,
    input: BeginUpstreamInput,
  ) => Promise<BeginUpstreamResult>;
  readonly finish: (
    provider: UpstreamProvider,
    kept: KeptUpstreamRequest,
    answer: URLSearchParams,
  ) => Promise<FinishUpstreamResult>;
  readonly resolve: (
    tenant: Tenant,
    provider: UpstreamProvider,
    identity: UpstreamIdentity,
  ) => Promise<UpstreamResolution>;
  readonly createAccount: (
    tenant: Tenant,
    input: { readonly email: string; readonly identity: UpstreamIdentity },
    request: UpstreamRequest,
  ) => Promise<
    { readonly outcome: 'created'; readonly accountId: string } | { readonly outcome: 'taken' }
  >;
  readonly link: (
    tenant: Tenant,
    input: { readonly accountId: string; readonly identity: UpstreamIdentity },
    request: UpstreamRequest,
  ) => Promise<'created' | 'existed' | 'taken'>;
  readonly recordSignIn: (
    tenant: Tenant,
    link: UpstreamLink,
    identity: UpstreamIdentity,
    request: UpstreamRequest,
  ) => Promise<void>;
  readonly recordFailure: (
    tenant: Tenant,
    provider: UpstreamProvider,
    why: { readonly reason: UpstreamFailureReason | 'not_registered'; readonly detail?: string },
    request: UpstreamRequest,
  ) => Promise<void>;
}

/** Why a sign-in with a provider came to nothing, as pages tell it. */
export interface UpstreamProblem {
  /** Key of the provider. */
  readonly provider: string;
  readonly reason: UpstreamFailureReason | 'not_registered';
}

/** An identity that was proved, and that no account here has. */
export interface UnlinkedIdentity {
  readonly identity: UpstreamIdentity;
  /** Whether an account may be made for it. */
  readonly mayRegister: boolean;
}

type Stored = Readonly<Record<string, unknown>> | undefined;

/** The request to a provider that is under way in an interaction. */
export function requestIn(result: Stored): KeptUpstreamRequest | undefined {
  return memberOf(result, STORED.upstreamRequest, 'codeVerifier');
}

/** What the sign-in page says of the last one. */
export function problemIn(result: Stored): UpstreamProblem | undefined {
  return memberOf(result, STORED.upstreamProblem, 'reason');
}

/** The identity that waits for an account. */
export function unlinkedIn(result: Stored): UnlinkedIdentity | undefined {
  return memberOf(result, STORED.upstreamIdentity, 'identity');
}

/** What only this room can have written: an interaction is sealed. */
function memberOf<T>(result: Stored, name: string, has: string): T | undefined {
  const value = result?.[name];
  return typeof value === 'object' && value !== null && has in value ? (value as T) : undefined;
}
