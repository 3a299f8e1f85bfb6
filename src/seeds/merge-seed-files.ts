import { normalizeIdentifier } from '../accounts/normalize-identifier.ts';
import type { ParsedTenant } from './parse-seed-file.ts';
import { describePlace, type Place, type SeedProblem } from './seed-problem.ts';

/**
 * Makes one desired state of what several files say, and checks what they say together: every
 * thing is defined once, and every role and group that is referred to exists in the files.
 *
 * A tenant may be spread over files; its name, issuer and settings stand in one of them.
 */
export function mergeSeedFiles(
  files: readonly (readonly ParsedTenant[])[],
  problems: SeedProblem[],
): ParsedTenant[] {
  const bySlug = new Map<string, ParsedTenant>();
  for (const tenants of files) {
    const slugs = definedOnce(problems, 'tenant');
    for (const tenant of tenants) {
      slugs(tenant.slug, tenant.place);
      const before = bySlug.get(tenant.slug);
      bySlug.set(
        tenant.slug,
        before === undefined ? tenant : mergeTenant(before, tenant, problems),
      );
    }
  }
  const merged = [...bySlug.values()];
  const issuers = definedOnce(problems, 'issuer');
  for (const tenant of merged) {
    const { definition } = tenant;
    if (definition?.issuer !== undefined) issuers(definition.issuer, definition.place);
    checkDefinitions(tenant, problems);
    checkReferences(tenant, problems);
  }
  return merged;
}

function mergeTenant(a: ParsedTenant, b: ParsedTenant, problems: SeedProblem[]): ParsedTenant {
  if (a.definition !== undefined && b.definition !== undefined && a.place.file !== b.place.file) {
    definedTwice(problems, `name of tenant ${a.slug}`, a.definition.place, b.definition.place);
  }
  return {
    place: a.place,
    slug: a.slug,
    definition: a.definition ?? b.definition,
    upstreams: [...a.upstreams, ...b.upstreams],
    applications: [...a.applications, ...b.applications],
    groups: [...a.groups, ...b.groups],
    accounts: [...a.accounts, ...b.accounts],
  };
}

/** What is unique in a tenant. */
function checkDefinitions(tenant: ParsedTenant, problems: SeedProblem[]): void {
  const upstreams = definedOnce(problems, 'upstream');
  const applications = definedOnce(problems, 'application');
  const audiences = definedOnce(problems, 'audience');
  const clients = definedOnce(problems, 'client_id');
  const groups = definedOnce(problems, 'group');
  const usernames = definedOnce(problems, 'username');
  const emails = definedOnce(problems, 'e-mail address');
  const secretFiles = definedOnce(problems, 'writeTo');
  for (const application of tenant.applications) {
    applications(application.key, application.place);
    if (application.audience !== undefined) audiences(application.audience, application.place);
    const roles = definedOnce(problems, 'role');
    for (const role of application.roles) roles(role.key, role.place);
    for (const client of application.clients) {
      clients(client.clientId, client.place);
      if (client.secret?.from === 'generate') secretFiles(client.secret.path, client.secret.place);
    }
  }
  for (const upstream of tenant.upstreams) upstreams(upstream.key, upstream.place);
  for (const group of tenant.groups) groups(group.key, group.place);
  for (const { username, email, place } of tenant.accounts) {
    usernames(normalizeIdentifier(username), place);
    if (email !== undefined) emails(normalizeIdentifier(email), place);
  }
}

function checkReferences(tenant: ParsedTenant, problems: SeedProblem[]): void {
  const roles = new Set(
    tenant.applications.flatMap(({ key, roles }) => roles.map((role) => `${key}:${role.key}`)),
  );
  const groups = new Set(tenant.groups.map((group) => group.key));
  const clients = tenant.applications.flatMap((application) => application.clients);
  for (const holder of [...clients, ...tenant.groups, ...tenant.accounts]) {
    for (const [role, place] of holder.rolePlaces) {
      if (roles.has(role)) continue;
      const message = `expected a role that these files define in tenant ${tenant.slug}, found ${role}`;
      problems.push({ place, message });
    }
  }
  for (const account of tenant.accounts) {
    for (const [group, place] of account.groupPlaces) {
      if (groups.has(group)) continue;
      const message = `expected a group that these files define in tenant ${tenant.slug}, found ${group}`;
      problems.push({ place, message });
    }
  }
}

/** A check that notes when a name comes again, with both places. */
function definedOnce(problems: SeedProblem[], what: string): (name: string, place: Place) => void {
  const seen = new Map<string, Place>();
  return (name, place) => {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, place);
    else definedTwice(problems, `${what} ${name}`, first, place);
  };
}

function definedTwice(problems: SeedProblem[], what: string, first: Place, again: Place): void {
  const message = `expected ${what} once, found it again (first at ${describePlace(first)})`;
  problems.push({ place: again, message });
}
