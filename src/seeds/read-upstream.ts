import {
  DEFAULT_UPSTREAM_SCOPES,
  issuerOfPreset,
  needsDirectory,
  UPSTREAM_PRESETS,
  type UpstreamPreset,
  type UpstreamPresetName,
} from '../upstream/upstream-presets.ts';
import { readUpstreamSecret, type UpstreamSecretSource } from './read-secret.ts';
import type { DesiredUpstream } from './seed.ts';
import {
  readChoice,
  readFlag,
  readMap,
  readText,
  readTextSet,
  requireKey,
  type SeedMap,
} from './seed-reader.ts';
import { report, type SeedNode } from './seed-source.ts';
import {
  DIRECTORY_RULE,
  DOMAIN_RULE,
  NAME_RULE,
  PERMISSION_RULE,
  SLUG_RULE,
  UPSTREAM_CLIENT_ID_RULE,
  UPSTREAM_ISSUER_RULE,
} from './text-rules.ts';

/** An upstream provider as read; our secret at it is still to be fetched. */
export type ParsedUpstream = Omit<DesiredUpstream, 'secret'> & {
  readonly secret: UpstreamSecretSource | undefined;
};

const PRESET_NAMES = Object.keys(UPSTREAM_PRESETS).filter(isPreset);
/** OpenID Connect Core 1.0, section 3.1.2.1; `none` would let nobody sign in. */
const PROMPTS = ['login', 'consent', 'select_account'] as const;

/** Reads one upstream provider; a preset fills in what it leaves out. */
export function readUpstream(at: SeedNode): ParsedUpstream | undefined {
  const map = readMap(at, 'a mapping that describes an upstream provider', [
    'key',
    'preset',
    'directory',
    'name',
    'issuer',
    'client_id',
    'client_secret',
    'scopes',
    'prompt',
    'trustEmail',
    'registration',
    'emailDomains',
  ]);
  if (map === undefined) return undefined;
  const key = readText(requireKey(map, 'key', SLUG_RULE.expected), SLUG_RULE);
  const presetName = readChoice(map.get('preset'), PRESET_NAMES);
  const preset = presetName === undefined ? undefined : UPSTREAM_PRESETS[presetName];
  const secretAt = requireKey(map, 'client_secret', 'env, file, value or hash');
  const upstream = {
    place: map.place,
    name: readText(map.get('name'), NAME_RULE) ?? preset?.name ?? key ?? '',
    issuer: readIssuer(map, preset) ?? '',
    clientId:
      readText(
        requireKey(map, 'client_id', UPSTREAM_CLIENT_ID_RULE.expected),
        UPSTREAM_CLIENT_ID_RULE,
      ) ?? '',
    secret: secretAt === undefined ? undefined : readUpstreamSecret(secretAt),
    scopes: readScopes(map.get('scopes')),
    prompt: readChoice(map.get('prompt'), PROMPTS) ?? preset?.prompt,
    trustEmail: readFlag(map.get('trustEmail')) ?? false,
    registration: readChoice(map.get('registration'), ['allow', 'deny']) ?? ('deny' as const),
    emailDomains: readTextSet(map.get('emailDomains'), 'domains', DOMAIN_RULE),
  };
  return key === undefined ? undefined : { ...upstream, key };
}

/** The issuer that is written, or the preset's; never both. */
function readIssuer(map: SeedMap, preset: UpstreamPreset | undefined): string | undefined {
  const issuerAt = map.get('issuer');
  const directoryAt = map.get('directory');
  const written = readText(issuerAt, UPSTREAM_ISSUER_RULE);
  const directory = readText(directoryAt, DIRECTORY_RULE);
  const wantsDirectory = preset !== undefined && needsDirectory(preset);
  if (directoryAt !== undefined && !wantsDirectory) {
    report(directoryAt, 'expected directory only beside preset: microsoft, found it without');
  }
  if (preset === undefined) {
    if (map.get('preset') === undefined) requireKey(map, 'issuer', UPSTREAM_ISSUER_RULE.expected);
    return written;
  }
  if (issuerAt !== undefined) {
    report(issuerAt, 'expected no issuer beside a preset, which has its own, found one');
  }
  if (wantsDirectory) requireKey(map, 'directory', DIRECTORY_RULE.expected);
  return issuerOfPreset(preset, directory);
}

/** Sorted, with `openid` first. */
function readScopes(at: SeedNode | undefined): readonly string[] {
  if (at === undefined) return DEFAULT_UPSTREAM_SCOPES;
  const scopes = readTextSet(at, 'scopes', PERMISSION_RULE);
  if (!scopes.includes('openid')) report(at, 'expected openid among them, found it missing');
  return ['openid', ...scopes.filter((scope) => scope !== 'openid')];
}

function isPreset(name: string): name is UpstreamPresetName {
  return Object.hasOwn(UPSTREAM_PRESETS, name);
}
