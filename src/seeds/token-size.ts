import { TOKEN_BUDGET_BYTES, TOKEN_LIMIT_BYTES } from '../applications/token-budget.ts';
import type { DesiredApplication, DesiredRole, DesiredTenant } from './seed.ts';
import { type Planning, refuse } from './seed-plan.ts';

/** What every access token has: its header, RFC 9068's claims, an RS256 signature, the dots. */
const BASE_BYTES = 1_000;

/**
 * Says where roles make access tokens too large: before a person's requests fail at a proxy.
 *
 * An account's roles count with those of its groups, per application with an audience, since a
 * token is for one audience. Past the limit the plan is refused.
 */
export function checkTokenSizes(plan: Planning, tenant: DesiredTenant): void {
  const groupRoles = new Map(tenant.groups.map(({ key, roles }) => [key, roles]));
  const clients = tenant.applications.flatMap((application) => application.clients);
  const holders = [
    ...tenant.accounts.map(({ place, username, roles, groups }) => ({
      place,
      name: `account ${username}`,
      roles: [...roles, ...groups.flatMap((group) => groupRoles.get(group) ?? [])],
    })),
    ...clients.map(({ place, clientId, roles }) => ({ place, name: `client ${clientId}`, roles })),
  ];
  const audiences = tenant.applications.filter(({ audience }) => audience !== undefined);
  for (const { place, name, roles } of holders) {
    const held = new Set(roles);
    for (const application of audiences) {
      const bytes = tokenBytes(application, held);
      if (bytes <= TOKEN_BUDGET_BYTES) continue;
      const size = `about ${(bytes / 1024).toFixed(1)} KiB: ${name} of tenant ${tenant.slug} for ${application.audience}, with ${largestRoles(application, held)}`;
      if (bytes > TOKEN_LIMIT_BYTES) {
        const rolesPlace = { ...place, path: `${place.path}.roles` };
        refuse(
          plan,
          rolesPlace,
          `expected roles for an access token of at most 8 KiB, found ${size}`,
        );
      } else {
        plan.warnings.push(`an access token larger than 4 KiB, ${size}; proxies may refuse it`);
      }
    }
  }
}

/** Roles that make up most of it, as far as a sentence holds them. */
const NAMED_ROLES = 3;

function largestRoles(application: DesiredApplication, held: ReadonlySet<string>): string {
  const size = ({ key, permissions }: DesiredRole) =>
    key.length + (application.permissionsInToken ? permissions.join(' ').length : 0);
  const roles = heldRoles(application, held).toSorted((a, b) => size(b) - size(a));
  const named = roles.slice(0, NAMED_ROLES).map(({ key, permissions }) => {
    const count = application.permissionsInToken ? ` (permissions: ${permissions.length})` : '';
    return `${application.key}:${key}${count}`;
  });
  const rest = roles.length - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} smaller roles` : ''}`;
}

function heldRoles(application: DesiredApplication, held: ReadonlySet<string>): DesiredRole[] {
  return application.roles.filter(({ key }) => held.has(`${application.key}:${key}`));
}

function tokenBytes(application: DesiredApplication, held: ReadonlySet<string>): number {
  const roles = heldRoles(application, held);
  const claims = {
    roles: roles.map(({ key }) => key),
    ...(application.permissionsInToken
      ? { permissions: [...new Set(roles.flatMap(({ permissions }) => permissions))] }
      : {}),
  };
  // A JWT is base64url: four characters for three bytes.
  return BASE_BYTES + Math.ceil((Buffer.byteLength(JSON.stringify(claims)) * 4) / 3);
}
