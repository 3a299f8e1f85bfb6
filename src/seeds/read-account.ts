import { readSecret, type SecretSource } from './read-secret.ts';
import type { DesiredAccount, DesiredGroup } from './seed.ts';
import type { Place } from './seed-problem.ts';
import {
  readFlag,
  readMap,
  readPlacedTexts,
  readText,
  requireKey,
  type TextRule,
} from './seed-reader.ts';
import { placeOf, plainValueOf, report, type SeedNode } from './seed-source.ts';
import {
  EMAIL_RULE,
  NAME_RULE,
  ROLE_REFERENCE_RULE,
  SLUG_RULE,
  USERNAME_RULE,
} from './text-rules.ts';

/** An account as read; its password is still to be fetched, its claims to be checked. */
export type ParsedAccount = Omit<DesiredAccount, 'password'> & {
  readonly password: SecretSource | { readonly from: 'hash'; readonly hash: string } | undefined;
  /** Where the password or its hash stands. */
  readonly passwordPlace: Place;
  readonly claimPlaces: ReadonlyMap<string, Place>;
  readonly rolePlaces: ReadonlyMap<string, Place>;
  readonly groupPlaces: ReadonlyMap<string, Place>;
};

export type ParsedGroup = DesiredGroup & { readonly rolePlaces: ReadonlyMap<string, Place> };

/**
 * The standard claims that a file may set. `sub`, `email`, `email_verified`, `preferred_username`
 * and `updated_at` come from the account itself.
 *
 * @see OpenID Connect Core 1.0, section 5.1
 */
export const CLAIM_NAMES: readonly string[] = [
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'phone_number_verified',
  'address',
];

const PASSWORD_HASH_RULE: TextRule = {
  expected: 'a password hash',
  accepts: (text) => text.length <= 1024 && /^[\x21-\x7e]+$/.test(text),
};

/** Reads one account. */
export function readAccount(at: SeedNode): ParsedAccount | undefined {
  const map = readMap(at, 'a mapping that describes an account', [
    'username',
    'email',
    'emailVerified',
    'password',
    'passwordHash',
    'roles',
    'groups',
    ...CLAIM_NAMES,
  ]);
  if (map === undefined) return undefined;
  const username = readText(requireKey(map, 'username', USERNAME_RULE.expected), USERNAME_RULE);
  const email = readText(map.get('email'), EMAIL_RULE);
  const emailVerified = readFlag(map.get('emailVerified'));
  const verifiedAt = map.get('emailVerified');
  if (verifiedAt !== undefined && map.get('email') === undefined) {
    report(verifiedAt, 'expected emailVerified only beside email, found it alone');
  }
  const claims: Record<string, unknown> = {};
  const claimPlaces = new Map<string, Place>();
  for (const name of CLAIM_NAMES) {
    const value = map.get(name);
    if (value === undefined) continue;
    claims[name] = plainValueOf(value);
    claimPlaces.set(name, placeOf(value));
  }
  const passwordAt = map.get('password');
  const hashAt = map.get('passwordHash');
  if (passwordAt !== undefined && hashAt !== undefined) {
    report(hashAt, 'expected password or passwordHash, found both');
  }
  const hash = readText(hashAt, PASSWORD_HASH_RULE, { secret: true });
  const password =
    passwordAt !== undefined
      ? readSecret(passwordAt)
      : hash === undefined
        ? undefined
        : { from: 'hash' as const, hash };
  const rolePlaces = readPlacedTexts(map.get('roles'), 'roles', ROLE_REFERENCE_RULE);
  const groupPlaces = readPlacedTexts(map.get('groups'), 'groups', SLUG_RULE);
  const passwordPlace = placeOf(hashAt ?? passwordAt ?? at);
  if (username === undefined) return undefined;
  return {
    place: map.place,
    username,
    email,
    emailVerified,
    claims,
    claimPlaces,
    password,
    passwordPlace,
    roles: [...rolePlaces.keys()],
    rolePlaces,
    groups: [...groupPlaces.keys()],
    groupPlaces,
  };
}

/** Reads one group. */
export function readGroup(at: SeedNode): ParsedGroup | undefined {
  const map = readMap(at, 'a mapping that describes a group', ['key', 'name', 'roles']);
  if (map === undefined) return undefined;
  const key = readText(requireKey(map, 'key', SLUG_RULE.expected), SLUG_RULE);
  const name = readText(map.get('name'), NAME_RULE);
  const rolePlaces = readPlacedTexts(map.get('roles'), 'roles', ROLE_REFERENCE_RULE);
  const roles = [...rolePlaces.keys()];
  return key === undefined ? undefined : { place: map.place, key, name, roles, rolePlaces };
}
