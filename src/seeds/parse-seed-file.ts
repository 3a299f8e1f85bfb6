import { DEFAULT_TENANT_SLUG } from '../tenants/tenant.ts';
import { type ParsedAccount, type ParsedGroup, readAccount, readGroup } from './read-account.ts';
import { type ParsedApplication, readApplication } from './read-application.ts';
import { readTenantSettings } from './read-tenant-settings.ts';
import { type ParsedUpstream, readUpstream } from './read-upstream.ts';
import type { TenantDefinition } from './seed.ts';
import type { Place, SeedProblem } from './seed-problem.ts';
import { readList, readMap, readText, requireKey } from './seed-reader.ts';
import { describeFound, openSeedSource, report, type SeedNode, scalarOf } from './seed-source.ts';
import { ISSUER_RULE, NAME_RULE, SLUG_RULE } from './text-rules.ts';

/** A tenant as one file has it. */
export interface ParsedTenant {
  readonly place: Place;
  readonly slug: string;
  readonly definition: TenantDefinition | undefined;
  readonly upstreams: readonly ParsedUpstream[];
  readonly applications: readonly ParsedApplication[];
  readonly groups: readonly ParsedGroup[];
  readonly accounts: readonly ParsedAccount[];
}

/** The version of the format. */
export const FORMAT_VERSION = 1;

/**
 * Reads one seed file: its form, not what it refers to.
 *
 * Nothing is fetched and nothing is resolved here: references to roles and groups, secrets and
 * what several files say together are `load-seed-files.ts`'s part.
 *
 * @param file - as it is named in messages
 * @param problems - takes every problem that is found, with its line and path
 * @returns the tenants that could be read; undefined when the file is no seed file at all
 */
export function parseSeedFile(
  file: string,
  text: string,
  problems: SeedProblem[],
): ParsedTenant[] | undefined {
  const root = openSeedSource(file, text, problems);
  if (root === undefined) return undefined;
  const map = readMap(root, 'a mapping with version and tenants', ['version', 'tenants']);
  if (map === undefined) return undefined;
  const version = requireKey(map, 'version', String(FORMAT_VERSION));
  if (version !== undefined && scalarOf(version) !== FORMAT_VERSION) {
    report(version, `expected ${FORMAT_VERSION}, found ${describeFound(version)}`);
  }
  return readList(requireKey(map, 'tenants', 'a list'), 'tenants', readTenant);
}

function readTenant(at: SeedNode): ParsedTenant | undefined {
  const map = readMap(at, 'a mapping that describes a tenant', [
    'slug',
    'name',
    'issuer',
    'settings',
    'upstreams',
    'applications',
    'groups',
    'accounts',
  ]);
  if (map === undefined) return undefined;
  const slug = readText(requireKey(map, 'slug', SLUG_RULE.expected), SLUG_RULE);
  const nameAt = map.get('name');
  const name = readText(nameAt, NAME_RULE);
  const issuerAt = map.get('issuer');
  const issuer = readText(issuerAt, ISSUER_RULE);
  if (issuerAt !== undefined && slug === DEFAULT_TENANT_SLUG) {
    report(
      issuerAt,
      'expected no issuer for the tenant default (PUBLIC_URL is its issuer), found one',
    );
  }
  const settingsAt = map.get('settings');
  const { settings, logo } =
    settingsAt === undefined
      ? { settings: undefined, logo: undefined }
      : readTenantSettings(settingsAt);
  for (const [key, value] of [
    ['issuer', issuerAt],
    ['settings', map.get('settings')],
  ] as const) {
    if (value !== undefined && nameAt === undefined) {
      report(
        map.at,
        `expected name beside ${key} (a tenant without a name is only referred to), found no such key`,
      );
    }
  }
  const parsed = {
    place: map.place,
    definition:
      nameAt === undefined
        ? undefined
        : { place: map.place, name: name ?? '', issuer, settings, logo },
    upstreams: readList(map.get('upstreams'), 'upstream providers', readUpstream),
    applications: readList(map.get('applications'), 'applications', readApplication),
    groups: readList(map.get('groups'), 'groups', readGroup),
    accounts: readList(map.get('accounts'), 'accounts', readAccount),
  };
  return slug === undefined ? undefined : { ...parsed, slug };
}
