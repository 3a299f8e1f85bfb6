import type { Tenant, TenantId } from '../tenants/tenant.ts';
import type {
  BeginUpstreamInput,
  BeginUpstreamResult,
  KeptUpstreamRequest,
} from '../upstream/begin-upstream-sign-in.ts';
import type { FinishUpstreamResult } from '../upstream/finish-upstream-sign-in.ts';
import type { UpstreamRequest } from '../upstream/record-upstream-sign-in.ts';
import type { UpstreamIdentity, UpstreamLink, UpstreamProvider } from '../upstream/upstream.ts';
import type { UpstreamFailureReason } from '../upstream/upstream-failure.ts';

/** What the account page asks of the room `upstream`, with its dependencies in place. */
export interface ConnectedDeps {
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
  readonly link: (
    tenant: Tenant,
    input: { readonly accountId: string; readonly identity: UpstreamIdentity },
    request: UpstreamRequest,
  ) => Promise<'created' | 'existed' | 'taken'>;
  readonly unlink: (
    tenant: Tenant,
    input: { readonly accountId: string; readonly linkId: string; readonly hasOtherWay: boolean },
    request: UpstreamRequest,
  ) => Promise<
    | { readonly outcome: 'removed'; readonly link: UpstreamLink }
    | { readonly outcome: 'last' | 'not_found' }
  >;
  readonly recordFailure: (
    tenant: Tenant,
    provider: UpstreamProvider,
    why: { readonly reason: UpstreamFailureReason; readonly detail?: string },
    request: UpstreamRequest,
  ) => Promise<void>;
}
