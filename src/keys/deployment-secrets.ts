import { randomId } from '../crypto/random-id.ts';
import { type SealContext, SealError, type Sealer } from '../crypto/sealing.ts';
import { ConflictError } from '../errors.ts';
import type { DeploymentSecretStore } from './deployment-secret-store.ts';

/** How long a new cookie key is only known before it signs; replicas reload more often than this. */
export const COOKIE_KEY_PUBLISH_SECONDS = 60 * 60;

/** Cookie keys that are kept: one that signs and those that still verify. */
const COOKIE_KEYS_KEPT = 4;

const COOKIE_KEY = 'cookie_key';

/** Secrets of the deployment that every replica shares; never logged. */
export interface DeploymentSecrets {
  /** The first signs, all verify: for `app.keys` and for the provider's `cookies.keys`. */
  readonly cookieKeys: string[];
  /** Key of the HMAC under which client secrets are stored. */
  readonly clientSecretPepper: string;
  /** Goes into every password hash. */
  readonly passwordPepper: string;
  /** Key of the HMACs that are compared and never opened: counters' names, anti-CSRF tokens. */
  readonly lookupKey: string;
}

/** What it takes to read and make them. */
export interface DeploymentSecretDeps {
  readonly store: DeploymentSecretStore;
  readonly sealer: Pick<Sealer, 'seal' | 'open'>;
  readonly now: () => Date;
}

/** A cookie key as sealed. */
interface CookieKey {
  readonly version: number;
  readonly secret: string;
  /** Milliseconds since 1970 from which replicas sign with it. */
  readonly signsFrom: number;
}

/**
 * The deployment's secrets, made at the first start. Replicas that start together end with the
 * same ones. Each is 256 random bits, base64url.
 *
 * Call it again every few minutes, and well within COOKIE_KEY_PUBLISH_SECONDS: cookie keys rotate.
 *
 * @throws StorageUnavailableError when PostgreSQL does not answer
 * @throws SealError when a secret was sealed under a key that is not configured
 */
export async function loadDeploymentSecrets(
  deps: DeploymentSecretDeps,
): Promise<DeploymentSecrets> {
  // One after the other: who has not the right sealing key fails at the first, and makes none.
  const cookieKeys = await loadCookieKeys(deps);
  const clientSecretPepper = await loadSecret(deps, 'client_secret_pepper');
  const passwordPepper = await loadSecret(deps, 'password_pepper');
  const lookupKey = await loadSecret(deps, 'lookup_key');
  return { cookieKeys, clientSecretPepper, passwordPepper, lookupKey };
}

/**
 * Adds a cookie key and forgets the oldest beyond four.
 *
 * The new key only verifies for `publishSeconds`, until every replica knows it: a cookie signed
 * with a key that another replica has not loaded would sign its owner out there. A key that signs
 * no more is kept for two more rotations at least; a cookie is signed anew whenever it is used. So
 * rotate no more often than twice in the longest time that a session may idle.
 *
 * @param input.publishSeconds - COOKIE_KEY_PUBLISH_SECONDS unless replicas reload faster
 * @throws ConflictError when the newest key does not sign yet: a rotation is on its way
 * @throws StorageUnavailableError
 */
export async function rotateCookieKeys(
  deps: DeploymentSecretDeps,
  input: { readonly publishSeconds: number },
): Promise<void> {
  await loadCookieKeys(deps);
  const keys = await listCookieKeys(deps);
  const newest = keys[0];
  const now = deps.now().getTime();
  const added =
    newest !== undefined &&
    newest.signsFrom <= now &&
    (await insertCookieKey(deps, newest.version + 1, now + input.publishSeconds * 1000));
  if (!added) throw new ConflictError('a new cookie key is on its way already');
  for (const key of keys.slice(COOKIE_KEYS_KEPT - 1)) {
    await deps.store.remove(COOKIE_KEY, key.version);
  }
}

/** Keys that sign, newest first, then those that only verify yet. */
async function loadCookieKeys(deps: DeploymentSecretDeps): Promise<string[]> {
  let keys = await listCookieKeys(deps);
  if (keys.length === 0) {
    await insertCookieKey(deps, 1, deps.now().getTime());
    keys = await listCookieKeys(deps);
  }
  const now = deps.now().getTime();
  const signing = keys.filter((key) => key.signsFrom <= now);
  const waiting = keys.filter((key) => key.signsFrom > now);
  return [...signing, ...waiting].map((key) => key.secret);
}

async function listCookieKeys(deps: DeploymentSecretDeps): Promise<CookieKey[]> {
  const rows = await deps.store.list(COOKIE_KEY);
  return rows.map(({ version, sealed }) => {
    const { secret, signsFrom }: CookieKey = JSON.parse(
      deps.sealer.open(sealed, deploymentSealContext(COOKIE_KEY, version)),
    );
    return { version, secret, signsFrom };
  });
}

function insertCookieKey(
  deps: DeploymentSecretDeps,
  version: number,
  signsFrom: number,
): Promise<boolean> {
  const plaintext = JSON.stringify({ secret: randomId(), signsFrom });
  const sealed = deps.sealer.seal(plaintext, deploymentSealContext(COOKIE_KEY, version));
  return deps.store.insert(COOKIE_KEY, version, sealed);
}

/** A secret that is made once and never rotates. */
async function loadSecret(deps: DeploymentSecretDeps, purpose: string): Promise<string> {
  let [row] = await deps.store.list(purpose);
  if (row === undefined) {
    await deps.store.insert(
      purpose,
      1,
      deps.sealer.seal(randomId(), deploymentSealContext(purpose, 1)),
    );
    [row] = await deps.store.list(purpose);
  }
  if (row === undefined) throw new SealError(`the deployment secret ${purpose} vanished`);
  return deps.sealer.open(row.sealed, deploymentSealContext(purpose, row.version));
}

/** Where the seal of a secret of the deployment belongs. */
export function deploymentSealContext(purpose: string, version: number): SealContext {
  return { tenant: 'deployment', purpose, record: 'shared', version };
}
