import { Document, isMap, isScalar, isSeq, type Node, Scalar, visit, type YAMLMap } from 'yaml';
import {
  ALLOWED_ORIGINS,
  CLIENT_EXTENSIONS,
  CLIENT_METADATA_NAMES,
} from '../applications/client-metadata.ts';
import type { StoredTenantSettings } from '../tenants/complete-tenant-settings.ts';
import {
  DEFAULT_TENANT_SETTINGS,
  DEFAULT_TENANT_SLUG,
  type TenantBranding,
} from '../tenants/tenant.ts';
import { DEFAULT_UPSTREAM_SCOPES } from '../upstream/upstream-presets.ts';
import { FORMAT_VERSION, parseSeedFile } from './parse-seed-file.ts';
import { CLAIM_NAMES } from './read-account.ts';
import { describeProblem, type SeedProblem } from './seed-problem.ts';
import { MAX_FILE_BYTES } from './seed-source.ts';
import type {
  CurrentAccount,
  CurrentApplication,
  CurrentClient,
  CurrentGroup,
  CurrentRole,
  CurrentTenant,
  CurrentUpstream,
  WholeState,
} from './seed-store.ts';

/** Live state as a seed file. */
export interface SeedExport {
  /** YAML; the same for the same state. */
  readonly text: string;
  /** The same as one JSON value, which is a seed file too. */
  readonly document: unknown;
  /** What the file cannot say, and what keeps it from being applied. */
  readonly notes: readonly string[];
  /** Whether `seed apply` can read it. */
  readonly readable: boolean;
}

const HEADER = ` Written by \`gatehouse seed export\`: what the database holds, for \`gatehouse seed apply\`.

 Hashes of secrets and passwords are keyed with this deployment's own secrets: they work here, and
 in a restored copy of this database, nowhere else. Elsewhere, write { env: NAME } in their place.
 The hash of a secret of ours at an upstream provider only names the one that is stored here.

 Not in here: ids of accounts (sub), second factors and passkeys, linked identities, consents,
 sessions, signing keys, the audit log, and what is disabled. \`gatehouse tenant export\` moves a
 tenant whole.`;

const NO_PASSWORDS = `

 Passwords are not in here: whoever is created from this file has none. --password-hashes writes
 their hashes.`;

/** Columns of a line, where it can be broken at all. */
const LINE_WIDTH = 100;
/** Characters of a list that is written on one line. */
const SHORT_LIST = 70;
/** Characters of base64 on a line. */
const BASE64_WIDTH = 76;

const METADATA_ORDER: readonly string[] = [
  ...CLIENT_METADATA_NAMES,
  ALLOWED_ORIGINS,
  ...Object.keys(CLIENT_EXTENSIONS),
];
const SETTINGS_ORDER = [
  'registration',
  'mfa',
  'emailCode',
  'profile',
  'signingAlgorithms',
  'accessTokenAlgorithm',
  'lifetimes',
  'branding',
];
const LIFETIMES_ORDER = Object.keys(DEFAULT_TENANT_SETTINGS.lifetimes);
const SECTIONS = ['upstreams', 'applications', 'groups', 'accounts'];

const PRUNED = 'disabled, because no file named it: applied, this enables it';
/** Why something is remarked on. */
const DISABLED = 'disabled, which seed files cannot say: applied elsewhere, it is enabled';

/**
 * Writes what is stored as a seed file: applied to an empty database and exported again, it is the
 * same file, but for what it says it does not hold; planned on the same database, it changes
 * nothing. No secret in it is readable.
 *
 * It reads its own work back, so that what `seed apply` would refuse is said at once.
 *
 * @param options.passwordHashes - whether the hashes of passwords are written
 * @param options.named - whether the tenants were asked for one by one; else those stay out that seeds
 *   disabled, because applying the file would enable them
 */
export function exportSeed(
  { tenants, passwordHashes }: WholeState,
  options: { readonly passwordHashes: boolean; readonly named?: boolean },
): SeedExport {
  // Whoever reads it as YAML 1.1 must not take `yes` and dates for something else than text.
  const writing: Writing = { document: new Document(null, { compat: 'yaml-1.1' }), notes: [] };
  const { document, notes } = writing;
  const left = tenants.filter(({ pruned }) => pruned && options.named !== true);
  for (const { slug } of left) {
    notes.push(
      `tenant ${slug} is left out: seeds disabled it (--prune-tenants), and a file that defines it enables it; --tenant ${slug} exports it all the same`,
    );
  }
  const nodes = tenants.flatMap((tenant) =>
    left.includes(tenant)
      ? []
      : (tenantNode(writing, tenant, passwordHashes.get(tenant.id) ?? new Map()) ?? []),
  );
  for (const [index, node] of nodes.entries()) node.spaceBefore = index > 0;
  document.contents = document.createNode({ version: FORMAT_VERSION, tenants: nodes }) as never;
  visit(document, { Scalar: (_key, scalar) => quoteIndented(scalar) });
  document.commentBefore = options.passwordHashes ? HEADER : `${HEADER}${NO_PASSWORDS}`;
  const text = document.toString({ lineWidth: LINE_WIDTH, flowCollectionPadding: true });

  const problems: SeedProblem[] = [];
  parseSeedFile('the export', text, problems);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FILE_BYTES) {
    notes.push(
      `the file has ${bytes} bytes, and seed apply reads at most ${MAX_FILE_BYTES}: export some tenants at a time (--tenant), or fewer accounts (--accounts)`,
    );
  }
  notes.push(...problems.map((problem) => `seed apply refuses this: ${describeProblem(problem)}`));
  const readable = problems.length === 0 && bytes <= MAX_FILE_BYTES;
  return { text, document: document.toJS(), notes, readable };
}

interface Writing {
  readonly document: Document;
  readonly notes: string[];
}

/** Undefined for a default tenant that nobody has touched. */
function tenantNode(
  writing: Writing,
  tenant: CurrentTenant,
  passwordHashes: ReadonlyMap<string, string>,
): Node | undefined {
  const { slug, name, issuer, settings, managed, disabled } = tenant;
  // As every database begins with it: only referred to, so that applying this takes nothing over.
  const untouched = slug === DEFAULT_TENANT_SLUG && !managed && Object.keys(settings).length === 0;
  const parts = {
    upstreams: tenant.upstreams.map((one) => upstreamNode(writing, tenant, one)),
    applications: tenant.applications.map((one) => applicationNode(writing, tenant, one)),
    groups: tenant.groups.map((one) => groupNode(writing, one)),
    accounts: tenant.accounts.map((one) => accountNode(writing, tenant, one, passwordHashes)),
  };
  if (untouched && Object.values(parts).every((nodes) => nodes.length === 0)) return undefined;
  const node = mapping(writing, {
    slug,
    ...(untouched ? {} : { name, issuer, settings: settingsNode(writing, tenant) }),
    ...Object.fromEntries(Object.entries(parts).filter(([, nodes]) => nodes.length > 0)),
  });
  for (const { key } of node.items) {
    if (isScalar(key) && SECTIONS.includes(String(key.value))) key.spaceBefore = true;
  }
  if (disabled) remark(writing, node, `tenant ${slug}`, tenant.pruned ? PRUNED : DISABLED);
  return node;
}

function settingsNode(writing: Writing, { slug, settings }: CurrentTenant): Node {
  const { branding, lifetimes }: StoredTenantSettings = settings;
  const known = sortKeys(settings, SETTINGS_ORDER);
  for (const name of Object.keys(known).filter((one) => !SETTINGS_ORDER.includes(one))) {
    writing.notes.push(`settings.${name} of tenant ${slug} is nothing that seed files can say`);
    delete known[name];
  }
  if (lifetimes !== undefined) known.lifetimes = sortKeys(lifetimes, LIFETIMES_ORDER);
  if (branding !== undefined) known.branding = brandingOf(branding);
  const node = mapping(writing, known);
  flowLists(node);
  return node;
}

function brandingOf({ logo, welcomeText, ...texts }: TenantBranding): Record<string, unknown> {
  return {
    ...sortKeys(texts, []),
    ...(logo === undefined ? {} : { logo: logoNode(logo) }),
    ...(welcomeText === undefined ? {} : { welcomeText: sortKeys(welcomeText, ['default']) }),
  };
}

/** A block of lines tells its own indentation by its first one: spaces that begin a line could be lost. */
function quoteIndented(scalar: Scalar): void {
  const { value } = scalar;
  if (typeof value === 'string' && /\n/.test(value) && /^[ \t]/m.test(value)) {
    scalar.type = Scalar.QUOTE_DOUBLE;
  }
}

/** Base64 in lines, so that the file stays readable. */
function logoNode(logo: string): { data: Scalar } {
  const base64 = logo.slice(logo.indexOf(',') + 1);
  const lines = base64.match(new RegExp(`.{1,${BASE64_WIDTH}}`, 'g')) ?? [];
  const data = new Scalar(`${lines.join('\n')}\n`);
  data.type = Scalar.BLOCK_LITERAL;
  return { data };
}

function upstreamNode(writing: Writing, tenant: CurrentTenant, upstream: CurrentUpstream): Node {
  const { key, name, issuer, clientId, secretDigest, scopes, prompt, disabled } = upstream;
  const { trustEmail, registration, emailDomains } = upstream;
  const isUsual = scopes.join() === DEFAULT_UPSTREAM_SCOPES.join();
  const node = mapping(writing, {
    key,
    name: name === key ? undefined : name,
    issuer,
    client_id: clientId,
    client_secret: { hash: secretDigest },
    scopes: isUsual ? undefined : scopes,
    prompt,
    trustEmail: trustEmail || undefined,
    registration: registration === 'deny' ? undefined : registration,
    emailDomains: unlessEmpty(emailDomains),
  });
  flowLists(node);
  if (disabled) remark(writing, node, `upstream ${key} of tenant ${tenant.slug}`, DISABLED);
  return node;
}

function applicationNode(
  writing: Writing,
  tenant: CurrentTenant,
  application: CurrentApplication,
): Node {
  const { key, name, firstParty, audience, requireAssignment, permissionsInToken } = application;
  const clients = tenant.clients.filter((client) => client.application === key);
  return mapping(writing, {
    key,
    name: name === key ? undefined : name,
    firstParty: firstParty || undefined,
    audience,
    requireAssignment: requireAssignment || undefined,
    permissionsInToken: permissionsInToken ? undefined : false,
    roles: unlessEmpty(application.roles.map((role) => roleNode(writing, role))),
    clients: unlessEmpty(clients.map((client) => clientNode(writing, tenant, client))),
  });
}

function roleNode(writing: Writing, { key, name, permissions }: CurrentRole): Node {
  const node = mapping(writing, { key, name, permissions: unlessEmpty(permissions) });
  flowLists(node);
  return node;
}

function clientNode(writing: Writing, tenant: CurrentTenant, client: CurrentClient): Node {
  const { clientId, metadata, secretDigest, roles, disabled } = client;
  const node = mapping(writing, {
    client_id: clientId,
    client_secret: secretDigest === undefined ? undefined : { hash: secretDigest },
    ...sortKeys(metadata, METADATA_ORDER),
    roles: unlessEmpty(roles),
  });
  flowLists(node);
  if (disabled) remark(writing, node, `client ${clientId} of tenant ${tenant.slug}`, DISABLED);
  return node;
}

function groupNode(writing: Writing, { key, name, roles }: CurrentGroup): Node {
  const node = mapping(writing, { key, name, roles: unlessEmpty(roles) });
  flowLists(node);
  return node;
}

function accountNode(
  writing: Writing,
  tenant: CurrentTenant,
  account: CurrentAccount,
  passwordHashes: ReadonlyMap<string, string>,
): Node {
  const { id, username, email, emailVerified, claims, roles, groups, disabled } = account;
  const node = mapping(writing, {
    username,
    email,
    // Left out, it stays as it is: whoever proves their address later keeps that.
    emailVerified: emailVerified || undefined,
    ...sortKeys(claims, CLAIM_NAMES),
    passwordHash: passwordHashes.get(id),
    roles: unlessEmpty(roles),
    groups: unlessEmpty(groups),
  });
  flowLists(node);
  if (disabled) remark(writing, node, `account ${username} of tenant ${tenant.slug}`, DISABLED);
  return node;
}

/** A mapping without what is undefined. */
function mapping({ document }: Writing, values: Readonly<Record<string, unknown>>): YAMLMap {
  const defined = Object.entries(values).filter(([, value]) => value !== undefined);
  // The same list twice is two lists: what an alias stands for is hard to read.
  const node = document.createNode(Object.fromEntries(defined), { aliasDuplicateObjects: false });
  if (!isMap(node)) throw new TypeError('a mapping became something else');
  return node;
}

/** Short lists of words and the mappings of secrets go on one line. */
function flowLists(node: YAMLMap): void {
  for (const { key, value } of node.items) {
    if (isSeq(value) && value.items.every(isScalar)) {
      const length = value.items.reduce((sum, item) => sum + String(item.value).length + 2, 0);
      value.flow = length <= SHORT_LIST;
    }
    if (isMap(value) && isScalar(key) && key.value === 'client_secret') value.flow = true;
  }
}

/** Says something beside a thing, and to whoever exports. */
function remark({ notes }: Writing, node: Node, what: string, why: string): void {
  node.commentBefore = ` ${why}`;
  notes.push(`${what} is ${why}`);
}

/** Known names in their order, others after them by name. */
function sortKeys(
  values: Readonly<Record<string, unknown>>,
  order: readonly string[],
): Record<string, unknown> {
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.fromEntries(
    Object.entries(values)
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([name, value]) => [name, value]),
  );
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
