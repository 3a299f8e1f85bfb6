import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { GrantStore } from '../grants/grant-store.ts';
import type { GrantRequest } from '../grants/recorded-grant.ts';
import type { TenantId } from '../tenants/tenant.ts';
import { inProtocol } from './protocol-errors.ts';
import type { TenantCatalog } from './tenant-catalog.ts';

/**
 * Finds or makes the library's Grant of this session and client.
 *
 * The library's Grant belongs to one session. What the person allowed is remembered beyond it
 * (`grants/`), and a first-party application is allowed what it asks for: both become a Grant
 * here, without a page. What is not covered stays missing, and the consent prompt asks for it; so
 * does everything once it was withdrawn (`grants/withdraw-grant.ts`), in a live session too.
 */
export function createLoadExistingGrant(
  deps: { grants: Pick<GrantStore, 'find'>; catalog: TenantCatalog },
  tenantId: TenantId,
) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { client, session, account } = ctx.oidc;
    if (client === undefined || session === undefined || account === undefined) return undefined;

    const grantId = session.grantIdFor(client.clientId);
    const existing =
      grantId === undefined ? undefined : await ctx.oidc.provider.Grant.find(grantId);
    if (existing !== undefined && covers(existing, requested(ctx))) return existing;

    const allowed = await allowedNow(deps, tenantId, ctx, account.accountId, client.clientId);
    const grant =
      existing ??
      new ctx.oidc.provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    if (!addAllowed(grant, allowed)) return existing;
    await grant.save();
    if (!(await isWithdrawn(deps, tenantId, account.accountId, client.clientId))) return grant;
    await grant.destroy();
    return undefined;
  };
}

/**
 * Whether what a Grant was just made of has been taken back since it was read. Whoever takes it
 * back forgets it first and then revokes the Grants that are there: one of the two sees the other.
 */
async function isWithdrawn(
  deps: { grants: Pick<GrantStore, 'find'>; catalog: TenantCatalog },
  tenantId: TenantId,
  accountId: string,
  clientId: string,
): Promise<boolean> {
  if ((await deps.catalog.client(clientId))?.application.firstParty) return false;
  return (await inProtocol(deps.grants.find(tenantId, accountId, clientId))) === undefined;
}

async function allowedNow(
  deps: { grants: Pick<GrantStore, 'find'>; catalog: TenantCatalog },
  tenantId: TenantId,
  ctx: KoaContextWithOIDC,
  accountId: string,
  clientId: string,
): Promise<GrantRequest> {
  const registered = await deps.catalog.client(clientId);
  if (registered?.application.firstParty) return requested(ctx);
  const recorded = await inProtocol(deps.grants.find(tenantId, accountId, clientId));
  return recorded ?? { scopes: [], claims: [], resourceScopes: {} };
}

/** Everything that this request asks for: what a first-party application is allowed. */
function requested(ctx: KoaContextWithOIDC): GrantRequest {
  const scopes = ctx.oidc.requestParamScopes;
  const resourceScopes = Object.entries(ctx.oidc.resourceServers ?? {}).map(
    ([resource, server]) => [resource, [...scopes].filter((scope) => server.scopes.has(scope))],
  );
  return {
    scopes: [...ctx.oidc.requestParamOIDCScopes],
    claims: [...ctx.oidc.requestParamClaims],
    resourceScopes: Object.fromEntries(resourceScopes),
  };
}

function covers(grant: Grant, request: GrantRequest): boolean {
  const includesAll = (held: string, asked: readonly string[]) => {
    const set = new Set(held.split(' '));
    return asked.every((one) => set.has(one));
  };
  return (
    includesAll(grant.getOIDCScope(), request.scopes) &&
    includesAll(grant.getOIDCClaims().join(' '), request.claims) &&
    Object.entries(request.resourceScopes).every(([resource, scopes]) =>
      includesAll(grant.getResourceScope(resource), scopes),
    )
  );
}

/** Adds what is allowed to a Grant; says whether anything was new. */
function addAllowed(grant: Grant, allowed: GrantRequest): boolean {
  const before = JSON.stringify([grant.openid, grant.resources]);
  if (allowed.scopes.length > 0) grant.addOIDCScope(allowed.scopes.join(' '));
  if (allowed.claims.length > 0) grant.addOIDCClaims([...allowed.claims]);
  for (const [resource, scopes] of Object.entries(allowed.resourceScopes)) {
    if (scopes.length > 0) grant.addResourceScope(resource, scopes.join(' '));
  }
  return JSON.stringify([grant.openid, grant.resources]) !== before;
}
