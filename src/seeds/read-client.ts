import {
  ALLOWED_ORIGINS,
  CLIENT_EXTENSIONS,
  CLIENT_METADATA_NAMES,
  type ClientExtension,
  WEB_ORIGIN_RULE,
} from '../applications/client-metadata.ts';
import { redirectUriProblem } from '../applications/redirect-uri.ts';
import { type ClientSecretSource, readClientSecret } from './read-secret.ts';
import type { DesiredClient } from './seed.ts';
import type { Place } from './seed-problem.ts';
import {
  readList,
  readMap,
  readPlacedTexts,
  readText,
  readWhole,
  requireKey,
  type SeedMap,
} from './seed-reader.ts';
import {
  describeFound,
  placeOf,
  plainValueOf,
  report,
  type SeedNode,
  scalarOf,
} from './seed-source.ts';
import { CLIENT_ID_RULE, ROLE_REFERENCE_RULE } from './text-rules.ts';

/** A client as read; its secret is still to be fetched. */
export type ParsedClient = Omit<DesiredClient, 'secret'> & {
  readonly secret: ClientSecretSource | undefined;
  readonly rolePlaces: ReadonlyMap<string, Place>;
  /** Where each metadata value stands, for problems that the library's schema finds. */
  readonly metadataPlaces: ReadonlyMap<string, Place>;
};

const EXTENSION_NAMES = Object.keys(CLIENT_EXTENSIONS).filter(isExtension);
const METADATA_NAMES: readonly string[] = [
  ...CLIENT_METADATA_NAMES,
  ALLOWED_ORIGINS,
  ...EXTENSION_NAMES,
];

/** Metadata that is a list of redirect URIs. */
const REDIRECT_LISTS = ['redirect_uris', 'post_logout_redirect_uris'];

/** Authentication methods that need no secret of ours. */
const WITHOUT_SECRET = ['none', 'private_key_jwt'];

/** Reads one client: RFC 7591 metadata beside `client_secret` and `roles`. */
export function readClient(at: SeedNode): ParsedClient | undefined {
  const map = readMap(at, 'a mapping that describes a client', [
    'client_id',
    'client_secret',
    'roles',
    ...METADATA_NAMES,
  ]);
  if (map === undefined) return undefined;
  const clientId = readText(requireKey(map, 'client_id', CLIENT_ID_RULE.expected), CLIENT_ID_RULE);
  const secretAt = map.get('client_secret');
  const secret = secretAt === undefined ? undefined : readClientSecret(secretAt);
  checkSecretPresence(map);
  checkRedirectUris(map);
  checkAllowedOrigins(map);
  const metadata: Record<string, unknown> = {};
  const metadataPlaces = new Map<string, Place>();
  for (const name of METADATA_NAMES) {
    const value = map.get(name);
    if (value === undefined) continue;
    metadata[name] = plainValueOf(value);
    metadataPlaces.set(name, placeOf(value));
    if (isExtension(name)) readWhole(value, { ...CLIENT_EXTENSIONS[name], unit: 'seconds' });
    else if (metadata[name] === null) report(value, 'expected a value, found nothing');
  }
  const rolePlaces = readPlacedTexts(map.get('roles'), 'roles', ROLE_REFERENCE_RULE);
  const roles = [...rolePlaces.keys()];
  return clientId === undefined
    ? undefined
    : { place: map.place, clientId, metadata, metadataPlaces, secret, roles, rolePlaces };
}

/** Confidential clients have a secret, public ones none. */
function checkSecretPresence(map: SeedMap): void {
  const methodAt = map.get('token_endpoint_auth_method');
  const method = methodAt === undefined ? 'client_secret_basic' : scalarOf(methodAt);
  const secretAt = map.get('client_secret');
  if (typeof method !== 'string') return;
  if (method === 'client_secret_jwt' && methodAt !== undefined) {
    report(
      methodAt,
      'expected client_secret_basic, client_secret_post, private_key_jwt or none, found client_secret_jwt, which needs a secret that the server can read',
    );
    return;
  }
  const needed = !WITHOUT_SECRET.includes(method);
  if (needed && secretAt === undefined) {
    const otherwise = 'or token_endpoint_auth_method: none for a public client';
    report(map.at, `expected client_secret (${otherwise}), found no such key`);
  }
  if (!needed && secretAt !== undefined) {
    report(
      secretAt,
      `expected no client_secret beside token_endpoint_auth_method: ${method}, found one`,
    );
  }
}

function checkRedirectUris(map: SeedMap): void {
  const typeAt = map.get('application_type');
  const native = typeAt !== undefined && scalarOf(typeAt) === 'native';
  for (const name of REDIRECT_LISTS) {
    const seen = new Set<string>();
    readList(map.get(name), 'URIs', (item) => {
      const uri = readText(item, { expected: 'a URI', accepts: () => true });
      if (uri === undefined) return;
      const problem = redirectUriProblem(uri, native ? 'native' : 'web');
      if (problem !== undefined) report(item, `expected ${problem}, found ${describeFound(item)}`);
      if (seen.has(uri)) report(item, `expected each one once, found ${describeFound(item)} again`);
      seen.add(uri);
    });
  }
}

function checkAllowedOrigins(map: SeedMap): void {
  readList(map.get(ALLOWED_ORIGINS), 'origins', (item) => void readText(item, WEB_ORIGIN_RULE));
}

function isExtension(name: string): name is ClientExtension {
  return Object.hasOwn(CLIENT_EXTENSIONS, name);
}
