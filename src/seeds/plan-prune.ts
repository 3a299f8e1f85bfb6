import { normalizeIdentifier } from '../accounts/normalize-identifier.ts';
import type { DesiredTenant } from './seed.ts';
import type { FieldChange, Planning } from './seed-plan.ts';
import type {
  CurrentAccount,
  CurrentApplication,
  CurrentState,
  CurrentTenant,
  RemoveWrite,
  SeedKind,
} from './seed-store.ts';

/**
 * Plans what becomes of what seeds manage and the files do not name any more.
 *
 * Only of tenants that the files define: one that is merely referred to belongs to somebody else's
 * files. What seeds do not manage is left alone, and so is an application that holds any of it. An
 * account that its owner made is never deleted: it loses its roles and groups, of which the files had
 * the say. Anything else that the files took over goes like what they made.
 */
export function planPrune(
  plan: Planning,
  tenant: DesiredTenant,
  stored: CurrentTenant | undefined,
): void {
  if (tenant.definition === undefined || stored === undefined) return;
  const at = { plan, tenant: tenant.slug };
  for (const { clientId, application, consents } of unnamedClients(tenant, stored)) {
    drop(at, 'client', clientId, { application, consents });
  }
  for (const { application, key, holders } of unnamedRoles(tenant, stored)) {
    drop(at, 'role', `${application}:${key}`, { holders }, { application, key });
  }
  for (const { key, members } of unnamed(stored.groups, tenant.groups)) {
    drop(at, 'group', key, { members });
  }
  for (const account of unnamedAccounts(tenant, stored)) dropAccount(at, account);
  for (const { key, issuer, links } of unnamed(stored.upstreams, tenant.upstreams)) {
    drop(at, 'upstream', key, { issuer, links });
  }
  for (const application of unnamed(stored.applications, tenant.applications)) {
    const { key, name, audience } = application;
    const because = whatStaysIn(application);
    if (because === undefined || plan.prune === 'keep') {
      drop(at, 'application', key, { name, audience });
    } else {
      plan.kept.push({ kind: 'application', tenant: tenant.slug, name: key, because });
    }
  }
}

/** Plans what becomes of tenants that seeds manage and no file names. */
export function planOtherTenants(plan: Planning, { otherTenants }: CurrentState): void {
  for (const { slug, disabled, clients, accounts } of otherTenants) {
    if (plan.prune !== 'prune with tenants') {
      plan.kept.push({ kind: 'tenant', tenant: slug, name: slug, because: undefined });
      continue;
    }
    plan.warnings.push(
      disabled
        ? `tenant ${slug} is in none of the files; an operator disabled it, and it stays so when a file defines it again`
        : `tenant ${slug} is in none of the files and is disabled: nobody signs in there, nothing of it is deleted (accounts: ${accounts}, clients: ${clients}); a file that defines it again enables it`,
    );
    plan.changes.push({
      action: 'update',
      kind: 'tenant',
      tenant: slug,
      name: slug,
      fields: disabled
        ? [shown('managedBy', 'seed', undefined)]
        : [shown('disabled', false, true), shown('managedBy', 'seed', 'pruned')],
      write: { kind: 'retire', tenant: slug },
      pending: undefined,
    });
  }
}

/** Whether an application goes, and lets go of its audience. */
export function goesApplication(
  plan: Planning,
  tenant: DesiredTenant,
  application: CurrentApplication,
): boolean {
  return (
    plan.prune !== 'keep' &&
    tenant.definition !== undefined &&
    unnamed([application], tenant.applications).length > 0 &&
    whatStaysIn(application) === undefined
  );
}

/** Whether an account goes, and lets go of its address. */
export function goesAccount(
  plan: Planning,
  tenant: DesiredTenant,
  account: CurrentAccount,
): boolean {
  return (
    plan.prune !== 'keep' &&
    tenant.definition !== undefined &&
    account.managed &&
    account.record?.made === true &&
    !isNamed(tenant, account)
  );
}

interface At {
  readonly plan: Planning;
  readonly tenant: string;
}

function drop(
  { plan, tenant }: At,
  kind: Exclude<SeedKind, 'tenant'>,
  name: string,
  fields: Readonly<Record<string, unknown>>,
  place: Pick<RemoveWrite, 'application' | 'key'> = { application: undefined, key: name },
): void {
  if (plan.prune === 'keep') {
    plan.kept.push({ kind, tenant, name, because: undefined });
    return;
  }
  plan.changes.push({
    action: 'remove',
    kind,
    tenant,
    name,
    fields: Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => shown(field, value, undefined)),
    write: { kind: 'remove', of: kind, tenant, ...place },
    pending: undefined,
  });
}

function dropAccount(at: At, account: CurrentAccount): void {
  const { id, username, email, roles, groups, record } = account;
  if (at.plan.prune === 'keep' || record?.made === true) {
    drop(at, 'account', username, { email }, { application: undefined, key: id });
    return;
  }
  at.plan.changes.push({
    action: 'update',
    kind: 'account',
    tenant: at.tenant,
    name: username,
    fields: [
      ...(roles.length > 0 ? [shown('roles', roles, [])] : []),
      ...(groups.length > 0 ? [shown('groups', groups, [])] : []),
      shown('managedBy', 'seed', undefined),
    ],
    write: { kind: 'release', tenant: at.tenant, key: id },
    pending: undefined,
  });
}

function shown(field: string, from: unknown, to: unknown): FieldChange {
  return { field, from, to, changedIn: undefined };
}

function unnamed<T extends { readonly key: string; readonly managed: boolean }>(
  stored: readonly T[],
  named: readonly { readonly key: string }[],
): T[] {
  const keys = new Set(named.map(({ key }) => key));
  return stored.filter(({ key, managed }) => managed && !keys.has(key));
}

function unnamedClients(tenant: DesiredTenant, stored: CurrentTenant) {
  const named = new Set(
    tenant.applications.flatMap(({ clients }) => clients.map(({ clientId }) => clientId)),
  );
  return stored.clients.filter(({ clientId, managed }) => managed && !named.has(clientId));
}

function unnamedRoles(tenant: DesiredTenant, stored: CurrentTenant) {
  return stored.applications.flatMap(({ key: application, roles }) => {
    const named = tenant.applications.find(({ key }) => key === application)?.roles ?? [];
    return unnamed(roles, named).map((role) => ({ ...role, application }));
  });
}

function unnamedAccounts(tenant: DesiredTenant, stored: CurrentTenant): CurrentAccount[] {
  const named = new Set(tenant.accounts.map(({ username }) => normalizeIdentifier(username)));
  return stored.accounts.filter(({ managed, usernameKey }) => managed && !named.has(usernameKey));
}

function isNamed(tenant: DesiredTenant, { usernameKey }: CurrentAccount): boolean {
  return tenant.accounts.some(({ username }) => normalizeIdentifier(username) === usernameKey);
}

/** What keeps an application from going. */
function whatStaysIn({ roles, otherClients }: CurrentApplication): string | undefined {
  const others = roles.filter(({ managed }) => !managed).length;
  if (otherClients + others === 0) return undefined;
  return 'it has clients or roles that seeds do not manage';
}
