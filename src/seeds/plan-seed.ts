import { normalizeIdentifier } from '../accounts/normalize-identifier.ts';
import { sha256 } from '../crypto/digest.ts';
import { faintOn } from '../http/accent-colour.ts';
import type { StoredTenantSettings } from '../tenants/complete-tenant-settings.ts';
import { describeLogo } from '../tenants/logo-image.ts';
import { emailKey, planAccount } from './plan-account.ts';
import { planClient } from './plan-client.ts';
import { goesApplication, planOtherTenants, planPrune } from './plan-prune.ts';
import { planUpstream } from './plan-upstream.ts';
import type { DesiredApplication, DesiredState, DesiredTenant } from './seed.ts';
import { addChange, type Planning, type PruneMode, refuse, type SeedPlan } from './seed-plan.ts';
import { SeedInvalidError } from './seed-problem.ts';
import type { CurrentState, CurrentTenant, SeedLook } from './seed-store.ts';
import { checkTokenSizes } from './token-size.ts';

/** What `planSeed` needs to know of the stored state. */
export function lookOf(desired: DesiredState, prune: PruneMode): SeedLook {
  const scopes = desired.tenants.map((tenant) => ({
    slug: tenant.slug,
    issuerHost: issuerHost(tenant.definition?.issuer),
    upstreamKeys: tenant.upstreams.map(({ key }) => key),
    applicationKeys: tenant.applications.map(({ key }) => key),
    audiences: tenant.applications.flatMap(({ audience }) => audience ?? []),
    clientIds: tenant.applications.flatMap(({ clients }) => clients.map((one) => one.clientId)),
    groupKeys: tenant.groups.map(({ key }) => key),
    usernameKeys: tenant.accounts.map(({ username }) => normalizeIdentifier(username)),
    emailKeys: tenant.accounts.flatMap(({ email }) => emailKey(email) ?? []),
    roleNames: tenant.applications.flatMap(({ key, roles }) =>
      roles.map((role) => `${key}:${role.key}`),
    ),
    unnamed: tenant.definition === undefined ? ('none' as const) : ('managed' as const),
    unnamedAccounts: tenant.definition === undefined ? ('none' as const) : ('managed' as const),
  }));
  return { scopes, countOthers: prune === 'prune with tenants' };
}

/**
 * Compares what files want with what is stored. Pure: the same input gives the same plan.
 *
 * @param given.generated - digests of the secrets that files of `generate: true` hold now
 * @returns the changes, field by field; none when there is nothing to do
 * @throws SeedInvalidError when the files contradict what is stored: an e-mail address, audience
 *   or issuer that something else has, or a tenant that is only referred to and not there
 */
export function planSeed(
  desired: DesiredState,
  current: CurrentState,
  given: Pick<Planning, 'generated' | 'newId' | 'digest' | 'prune'>,
): SeedPlan {
  const plan: Planning = {
    ...given,
    changes: [],
    records: [],
    kept: [],
    warnings: [],
    problems: [],
  };
  for (const tenant of desired.tenants) {
    const stored = current.tenants.find(({ slug }) => slug === tenant.slug);
    planTenant(plan, desired, tenant, stored, current.issuerHosts);
    for (const upstream of tenant.upstreams) planUpstream(plan, tenant, upstream, stored);
    for (const application of tenant.applications) {
      planApplication(plan, tenant, application, stored);
    }
    planGroups(plan, tenant, stored);
    for (const application of tenant.applications) {
      for (const client of application.clients) {
        planClient(plan, tenant, application, client, stored);
      }
    }
    for (const account of tenant.accounts) planAccount(plan, tenant, account, stored);
    planPrune(plan, tenant, stored);
    checkTokenSizes(plan, tenant);
  }
  planOtherTenants(plan, current);
  if (plan.problems.length > 0) throw new SeedInvalidError(plan.problems);
  const { changes, records, kept, warnings } = plan;
  return { changes, records, kept, warnings };
}

function planTenant(
  plan: Planning,
  desired: DesiredState,
  tenant: DesiredTenant,
  stored: CurrentTenant | undefined,
  issuerHosts: ReadonlyMap<string, string>,
): void {
  const { slug, definition } = tenant;
  if (definition === undefined) {
    if (stored === undefined) {
      refuse(
        plan,
        tenant.place,
        `expected name (tenant ${slug} does not exist yet), found no such key`,
      );
    }
    return;
  }
  const { name, issuer, settings = stored?.settings ?? {} } = definition;
  const owner = issuerHosts.get(issuerHost(issuer) ?? '');
  const given = desired.tenants.some((one) => one.slug === owner && one.definition !== undefined);
  if (owner !== undefined && owner !== slug && !given) {
    const message = `expected a host that no tenant has, found that of tenant ${owner}`;
    refuse(plan, { ...definition.place, path: `${definition.place.path}.issuer` }, message);
  }
  const { branding }: StoredTenantSettings = settings;
  const accent = branding?.accentColor;
  const before: StoredTenantSettings = stored?.settings ?? {};
  const isNew = accent !== undefined && accent !== before.branding?.accentColor;
  for (const { on, contrast } of isNew ? faintOn(accent) : []) {
    plan.warnings.push(
      `accentColor ${accent} of tenant ${slug} has a contrast of ${contrast.toFixed(1)}:1 on ${on} pages, 3:1 is needed: links, outlines and marks get the nearest shade that has it`,
    );
  }
  addChange(
    plan,
    slug,
    stored && {
      fields: {
        name: stored.name,
        issuer: stored.issuer,
        ...settingFields(stored.settings),
        ...(stored.pruned ? { disabled: true } : {}),
      },
      managed: stored.managed,
      ...(stored.pruned ? { managedBy: 'pruned' } : {}),
      record: stored.record,
    },
    {
      fields: { name, issuer, ...settingFields(settings) },
      ...(stored?.pruned === true ? { said: { disabled: false } } : {}),
    },
    { kind: 'tenant', tenant: slug, name, issuer, settings },
  );
}

function planApplication(
  plan: Planning,
  tenant: DesiredTenant,
  application: DesiredApplication,
  stored: CurrentTenant | undefined,
): void {
  const { key, name, firstParty, audience, requireAssignment, permissionsInToken } = application;
  const before = stored?.applications.find((one) => one.key === key);
  const owner = stored?.applications.find((one) => one.key !== key && one.audience === audience);
  const taken =
    audience !== undefined &&
    owner !== undefined &&
    !frees(tenant, owner.key, audience) &&
    !goesApplication(plan, tenant, owner);
  if (taken) {
    const place = { ...application.place, path: `${application.place.path}.audience` };
    refuse(plan, place, `expected an audience of its own, found that of application ${owner.key}`);
  }
  const fields = { name, firstParty, audience, requireAssignment, permissionsInToken };
  addChange(
    plan,
    key,
    before && {
      fields: {
        name: before.name,
        firstParty: before.firstParty,
        audience: before.audience,
        requireAssignment: before.requireAssignment,
        permissionsInToken: before.permissionsInToken,
      },
      managed: before.managed,
      record: before.record,
    },
    { fields },
    { kind: 'application', tenant: tenant.slug, key, ...fields },
  );
  for (const role of application.roles) {
    const old = before?.roles.find((one) => one.key === role.key);
    const values = { name: role.name, permissions: role.permissions };
    addChange(
      plan,
      `${key}:${role.key}`,
      old && {
        fields: { name: old.name, permissions: old.permissions },
        managed: old.managed,
        record: old.record,
      },
      { fields: values },
      { kind: 'role', tenant: tenant.slug, application: key, key: role.key, ...values },
    );
  }
}

/** Whether the files take an audience away from the application that has it. */
function frees(tenant: DesiredTenant, key: string, audience: string): boolean {
  const owner = tenant.applications.find((application) => application.key === key);
  return owner !== undefined && owner.audience !== audience;
}

function planGroups(
  plan: Planning,
  tenant: DesiredTenant,
  stored: CurrentTenant | undefined,
): void {
  for (const { key, name, roles } of tenant.groups) {
    const before = stored?.groups.find((group) => group.key === key);
    addChange(
      plan,
      key,
      before && {
        fields: { name: before.name, roles: before.roles },
        managed: before.managed,
        record: before.record,
      },
      { fields: { name, roles } },
      { kind: 'group', tenant: tenant.slug, key, name, roles },
    );
  }
}

/** Settings as a plan shows them: a logo by what it is, and which one. */
function settingFields(settings: StoredTenantSettings): Record<string, unknown> {
  const { logo } = settings.branding ?? {};
  if (logo === undefined) return flatten(settings);
  const shown = `${describeLogo(logo) ?? 'damaged'}, ${sha256(logo).slice(0, 8)}`;
  return { ...flatten(settings), 'settings.branding.logo': shown };
}

/** `{ lifetimes: { accessTokenSeconds: 60 } }` as `settings.lifetimes.accessTokenSeconds`. */
function flatten(value: object, prefix = 'settings'): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.entries(flatten(inner, `${prefix}.${key}`))
        : [[`${prefix}.${key}`, inner]],
    ),
  );
}

function issuerHost(issuer: string | undefined): string | undefined {
  return issuer === undefined ? undefined : new URL(issuer).host;
}
