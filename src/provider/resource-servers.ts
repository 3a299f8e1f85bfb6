import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { type Application, NO_ROLES, type RoleAssignment } from '../applications/application.ts';
import type { RegisteredClient } from '../applications/client.ts';
import { clientSeconds } from '../applications/client-metadata.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type FindAccountDeps, rolesInApplication } from './find-account.ts';
import { grantReference } from './stored-payload.ts';
import { GRANT_CLAIM } from './structured-access-token.ts';
import type { TenantCatalog } from './tenant-catalog.ts';

/**
 * Resource indicators: an application's `audience` names its API, and an access token for it is
 * an RFC 9068 JWT with the roles and permissions of that application only.
 *
 * @see RFC 8707; RFC 9068, section 2
 */
export function resourceIndicators(
  deps: Pick<FindAccountDeps, 'applications'> & { catalog: TenantCatalog },
  tenant: Tenant,
) {
  return {
    enabled: true,
    /** A machine that names no resource means the API of its own application, if there is one. */
    async defaultResource(
      ctx: KoaContextWithOIDC,
      client: { clientId: string },
      oneOf?: readonly string[],
    ) {
      if (oneOf !== undefined) return [...oneOf];
      if (ctx.oidc.params?.grant_type !== 'client_credentials') return [];
      const registered = await deps.catalog.client(client.clientId);
      return registered?.application.audience ?? [];
    },
    useGrantedResource: () => false,
    async getResourceServerInfo(
      ctx: KoaContextWithOIDC,
      resource: string,
      client: { clientId: string },
    ): Promise<ResourceServer> {
      const application = await deps.catalog.applicationByAudience(resource);
      if (application === undefined) throw new errors.InvalidTarget();
      return {
        audience: resource,
        scope: (await scopesFor(deps, tenant, ctx, client.clientId, application)).join(' '),
        accessTokenFormat: 'jwt',
        accessTokenTTL: clientSeconds(
          client,
          'access_token_seconds',
          tenant.settings.lifetimes.accessTokenSeconds,
        ),
        jwt: { sign: { alg: tenant.settings.accessTokenAlgorithm } },
      };
    },
  };
}

/**
 * Scopes of an API. A request may ask for all of them, and a person allow them; a token gets those
 * that the roles of its party permit, so that an API may go by scopes alone. A machine has nobody
 * to ask: its roles decide at once.
 */
async function scopesFor(
  deps: Pick<FindAccountDeps, 'applications'> & { catalog: TenantCatalog },
  tenant: Tenant,
  ctx: KoaContextWithOIDC,
  clientId: string,
  application: Application,
): Promise<readonly string[]> {
  const { route, params, account } = ctx.oidc;
  if (params?.grant_type === 'client_credentials') {
    return rolesOfMachine(await deps.catalog.client(clientId), application).permissions;
  }
  if (route !== 'token' || account === undefined) return application.permissions;
  const held = await rolesInApplication(deps, tenant.id, ctx, application.id, account.accountId);
  return held.permissions;
}

interface IssuedToken {
  readonly kind: string;
  readonly aud?: unknown;
  readonly clientId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly grantId?: string | undefined;
}

/**
 * Claims that an access token for an audience carries besides the standard ones: `tenant`,
 * `roles`, `permissions` if the application asks, and an opaque reference to the grant.
 */
export function createExtraTokenClaims(
  deps: Pick<FindAccountDeps, 'applications'> & { catalog: TenantCatalog },
  tenant: Tenant,
) {
  return async (ctx: KoaContextWithOIDC, token: IssuedToken) => {
    if (typeof token.aud !== 'string') return undefined;
    const application = await deps.catalog.applicationByAudience(token.aud);
    if (application === undefined) return undefined;
    const held = await rolesOfParty(deps, tenant, ctx, token, application);
    return {
      tenant: tenant.slug,
      roles: [...held.roles],
      ...(application.permissionsInToken ? { permissions: [...held.permissions] } : {}),
      ...(token.grantId === undefined ? {} : { [GRANT_CLAIM]: grantReference(token.grantId) }),
    };
  };
}

async function rolesOfParty(
  deps: Pick<FindAccountDeps, 'applications'> & { catalog: TenantCatalog },
  tenant: Tenant,
  ctx: KoaContextWithOIDC,
  token: IssuedToken,
  application: Application,
): Promise<RoleAssignment> {
  if (token.accountId !== undefined) {
    return rolesInApplication(deps, tenant.id, ctx, application.id, token.accountId);
  }
  const client =
    token.clientId === undefined ? undefined : await deps.catalog.client(token.clientId);
  return rolesOfMachine(client, application);
}

function rolesOfMachine(
  client: RegisteredClient | undefined,
  application: Application,
): RoleAssignment {
  return client?.rolesByAudience[application.audience ?? ''] ?? NO_ROLES;
}
