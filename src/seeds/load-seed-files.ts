import { validateStandardClaims } from '../accounts/account-claims.ts';
import { PASSWORD_MAX_BYTES, type PasswordHasher } from '../accounts/password-hasher.ts';
import {
  PASSWORD_MIN_CHARACTERS,
  type PasswordWeakness,
  passwordWeakness,
} from '../accounts/password-policy.ts';
import type { ClientMetadata } from '../applications/client.ts';
import { clientSecretDigest, clientSecretProblem } from '../applications/client-secret.ts';
import { completeTenantSettings } from '../tenants/complete-tenant-settings.ts';
import { LOGO_EXPECTED, LOGO_MAX_BYTES, readLogoImage } from '../tenants/logo-image.ts';
import type { TenantSettings } from '../tenants/tenant.ts';
import { mergeSeedFiles } from './merge-seed-files.ts';
import { type ParsedTenant, parseSeedFile } from './parse-seed-file.ts';
import type { ParsedAccount } from './read-account.ts';
import type { ParsedClient } from './read-client.ts';
import { readBinaryFile, readTextFile } from './read-text-file.ts';
import { resolveSecret } from './resolve-secret.ts';
import { resolveUpstream } from './resolve-upstream.ts';
import { readSecretFile } from './secret-file.ts';
import type {
  DesiredAccount,
  DesiredClient,
  DesiredPassword,
  DesiredSecret,
  DesiredState,
  DesiredTenant,
  DesiredUpstream,
  TenantDefinition,
} from './seed.ts';
import { type Place, SeedInvalidError, type SeedProblem } from './seed-problem.ts';
import { MAX_FILE_BYTES } from './seed-source.ts';

/** What is wrong with a password, without the password. */
const WEAKNESSES: Readonly<Record<PasswordWeakness, string>> = {
  too_short: `expected a password of at least ${PASSWORD_MIN_CHARACTERS} characters, found a shorter one`,
  too_long: `expected a password of at most ${PASSWORD_MAX_BYTES} bytes, found a longer one`,
  common: 'expected a password that is none of the most common ones, found one of them',
  pattern: 'expected a password that is more than a repetition or a row of keys, found one',
  personal: "expected a password that is more than the account's own name and data, found that",
};

export interface LoadSeedDeps {
  /** An environment variable, for `{ env: NAME }`. */
  readonly readEnv: (name: string) => string | undefined;
  /** Keys the digests of client secrets; the deployment's own. */
  readonly clientSecretPepper: string | Buffer;
  /** Asks the protocol library's own schema about a client; says what is wrong, or undefined. */
  readonly validateClient: (
    settings: TenantSettings,
    client: { clientId: string; metadata: ClientMetadata; hasSecret: boolean },
  ) => Promise<string | undefined>;
  /** Says why a password hash can never match. */
  readonly passwords: Pick<PasswordHasher, 'problem'>;
  /** Issuer of the default tenant. */
  readonly publicUrl: string;
}

/**
 * Reads seed files into one desired state, or says everything that is wrong with them.
 *
 * All files are read and checked before anything is refused, so that one run shows all problems.
 * Secrets leave this function as digests only; passwords of accounts, and secrets of ours at
 * upstream providers, stay in memory until they are stored.
 *
 * @param paths - relative ones start at the working directory
 * @throws SeedInvalidError with every problem
 */
export async function loadSeedFiles(
  deps: LoadSeedDeps,
  paths: readonly string[],
): Promise<DesiredState> {
  const problems: SeedProblem[] = [];
  const files: ParsedTenant[][] = [];
  for (const path of new Set(paths)) {
    const read = await readTextFile(path, MAX_FILE_BYTES);
    if (read.kind !== 'content') {
      const place = { file: path, line: 1, column: 1, path: '' };
      problems.push({ place, message: `expected a seed file, found ${read.found}` });
      continue;
    }
    const tenants = parseSeedFile(path, read.text, problems);
    if (tenants !== undefined) files.push(tenants);
  }
  // With a file missing, every reference into it would look like a mistake of its own.
  if (files.length < new Set(paths).size) throw new SeedInvalidError(problems);
  const merged = mergeSeedFiles(files, problems);
  const tenants: DesiredTenant[] = [];
  for (const tenant of merged) tenants.push(await resolveTenant(deps, tenant, problems));
  if (problems.length > 0) throw new SeedInvalidError(problems);
  return { tenants };
}

async function resolveTenant(
  deps: LoadSeedDeps,
  tenant: ParsedTenant,
  problems: SeedProblem[],
): Promise<DesiredTenant> {
  const { definition } = tenant;
  if (definition?.issuer !== undefined && definition.issuer === URL.parse(deps.publicUrl)?.origin) {
    problems.push({
      place: { ...definition.place, path: `${definition.place.path}.issuer` },
      message: `expected a host of the tenant's own, found that of PUBLIC_URL`,
    });
  }
  const withLogo = definition && (await resolveLogo(definition, problems));
  const settings = completeTenantSettings(definition?.settings ?? {});
  const upstreams: DesiredUpstream[] = [];
  for (const upstream of tenant.upstreams) {
    upstreams.push(await resolveUpstream(deps, upstream, problems));
  }
  const applications = [];
  for (const application of tenant.applications) {
    const clients: DesiredClient[] = [];
    for (const client of application.clients) {
      clients.push(await resolveClient(deps, settings, client, problems));
    }
    applications.push({ ...application, clients });
  }
  const accounts: DesiredAccount[] = [];
  for (const account of tenant.accounts) {
    accounts.push(await resolveAccount(deps, account, problems));
  }
  return { ...tenant, definition: withLogo, upstreams, applications, accounts };
}

/** Reads the file of a tenant's logo into its settings. */
async function resolveLogo(
  definition: TenantDefinition,
  problems: SeedProblem[],
): Promise<TenantDefinition> {
  const { logo: source, settings = {} } = definition;
  if (source === undefined) return definition;
  const read = await readBinaryFile(source.path, LOGO_MAX_BYTES);
  const image = read.kind === 'content' ? readLogoImage(read.bytes) : { found: read.found };
  if ('found' in image) {
    problems.push({
      place: source.place,
      message: `${LOGO_EXPECTED}, found ${image.found}`,
    });
    return definition;
  }
  const branding = { ...settings.branding, logo: image.logo };
  return { ...definition, settings: { ...settings, branding } };
}

async function resolveClient(
  deps: LoadSeedDeps,
  settings: TenantSettings,
  client: ParsedClient,
  problems: SeedProblem[],
): Promise<DesiredClient> {
  const { place, clientId, metadata, roles } = client;
  // The library's schema speaks of values; it is asked only when their form is right.
  const formIsRight = !problems.some((problem) => isWithin(problem.place, place));
  const complaint = formIsRight
    ? await deps.validateClient(settings, {
        clientId,
        metadata,
        hasSecret: client.secret !== undefined,
      })
    : undefined;
  if (complaint !== undefined) {
    const subject = complaint.match(/^[a-z_]+/)?.[0] ?? '';
    const where = client.metadataPlaces.get(subject) ?? place;
    problems.push({
      place: where,
      message: `expected acceptable client metadata, found: ${complaint}`,
    });
  }
  const secret = await resolveClientSecret(deps, client, problems);
  return { place, clientId, metadata, roles, secret };
}

async function resolveClientSecret(
  deps: LoadSeedDeps,
  client: ParsedClient,
  problems: SeedProblem[],
): Promise<DesiredSecret | undefined> {
  const source = client.secret;
  if (source === undefined) return undefined;
  if (source.from === 'hash') return { kind: 'digest', digest: source.digest };
  if (source.from === 'generate') {
    const there = await readSecretFile(source.path);
    if (there.kind === 'unusable') {
      const message = `expected a path for the secret, found ${there.found}`;
      problems.push({ place: source.place, message });
    }
    if (there.kind === 'content') checkSecret(there.value, source.place, problems);
    return { kind: 'generated', path: source.path };
  }
  const secret = await resolveSecret(deps, source, problems);
  if (secret === undefined) return undefined;
  checkSecret(secret, source.place, problems);
  return { kind: 'digest', digest: clientSecretDigest(deps.clientSecretPepper, secret) };
}

function checkSecret(secret: string, place: Place, problems: SeedProblem[]): void {
  const problem = clientSecretProblem(secret);
  if (problem === undefined) return;
  problems.push({ place, message: `expected ${problem.expected}, found ${problem.found}` });
}

async function resolveAccount(
  deps: LoadSeedDeps,
  account: ParsedAccount,
  problems: SeedProblem[],
): Promise<DesiredAccount> {
  for (const complaint of validateStandardClaims(account.claims)) {
    const subject = complaint.match(/^[a-z_]+/)?.[0] ?? '';
    const place = account.claimPlaces.get(subject) ?? account.place;
    const message = complaint.replace(/^[a-z_]+ must be /, 'expected ');
    const found = JSON.stringify(account.claims[subject]);
    problems.push({
      place,
      message:
        message === complaint
          ? `expected a standard claim: ${complaint}`
          : `${message}, found ${found}`,
    });
  }
  const password = await resolvePassword(deps, account, problems);
  const { place, username, email, emailVerified, claims, roles, groups } = account;
  return { place, username, email, emailVerified, claims, roles, groups, password };
}

async function resolvePassword(
  deps: LoadSeedDeps,
  account: ParsedAccount,
  problems: SeedProblem[],
): Promise<DesiredPassword | undefined> {
  const source = account.password;
  const place = account.passwordPlace;
  if (source === undefined) return undefined;
  if (source.from === 'hash') {
    const complaint = deps.passwords.problem(source.hash);
    if (complaint !== undefined) {
      const message = `expected a hash of Argon2, bcrypt, scrypt or PBKDF2, found that ${complaint}`;
      problems.push({ place, message });
    }
    return { kind: 'hash', hash: source.hash };
  }
  const value = await resolveSecret(deps, source, problems);
  if (value === undefined) return undefined;
  const weakness = await passwordWeakness(value, account);
  if (weakness !== undefined) {
    problems.push({ place: source.place, message: WEAKNESSES[weakness] });
  }
  return { kind: 'plain', value };
}

function isWithin(place: Place, parent: Place): boolean {
  const { path } = parent;
  return place.file === parent.file && (place.path === path || place.path.startsWith(`${path}.`));
}
