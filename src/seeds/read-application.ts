import { type ParsedClient, readClient } from './read-client.ts';
import type { DesiredApplication, DesiredRole } from './seed.ts';
import { readFlag, readList, readMap, readText, readTextSet, requireKey } from './seed-reader.ts';
import type { SeedNode } from './seed-source.ts';
import {
  AUDIENCE_RULE,
  NAME_RULE,
  PERMISSION_RULE,
  ROLE_KEY_RULE,
  SLUG_RULE,
} from './text-rules.ts';

/** An application as read; the secrets of its clients are still to be fetched. */
export type ParsedApplication = Omit<DesiredApplication, 'clients'> & {
  readonly clients: readonly ParsedClient[];
};

/** Reads one application with its roles and clients. */
export function readApplication(at: SeedNode): ParsedApplication | undefined {
  const map = readMap(at, 'a mapping that describes an application', [
    'key',
    'name',
    'firstParty',
    'audience',
    'requireAssignment',
    'permissionsInToken',
    'roles',
    'clients',
  ]);
  if (map === undefined) return undefined;
  const key = readText(requireKey(map, 'key', SLUG_RULE.expected), SLUG_RULE);
  const name = readText(map.get('name'), NAME_RULE);
  const application = {
    place: map.place,
    name: name ?? key ?? '',
    firstParty: readFlag(map.get('firstParty')) ?? false,
    audience: readText(map.get('audience'), AUDIENCE_RULE),
    requireAssignment: readFlag(map.get('requireAssignment')) ?? false,
    permissionsInToken: readFlag(map.get('permissionsInToken')) ?? true,
    roles: readList(map.get('roles'), 'roles', readRole),
    clients: readList(map.get('clients'), 'clients', readClient),
  };
  return key === undefined ? undefined : { ...application, key };
}

function readRole(at: SeedNode): DesiredRole | undefined {
  const map = readMap(at, 'a mapping that describes a role', ['key', 'name', 'permissions']);
  if (map === undefined) return undefined;
  const key = readText(requireKey(map, 'key', ROLE_KEY_RULE.expected), ROLE_KEY_RULE);
  const name = readText(map.get('name'), NAME_RULE);
  const permissions = readTextSet(map.get('permissions'), 'permissions', PERMISSION_RULE);
  return key === undefined ? undefined : { place: map.place, key, name, permissions };
}
