import type { AuditEvent } from '../audit/audit-event.ts';
import { NotFoundError } from '../errors.ts';
import type { SigningAlgorithm, Tenant } from '../tenants/tenant.ts';
import { changeKeySet, type KeyDeps, type MintKey, type PlanChange } from './change-key-set.ts';
import type { KeyPolicy } from './key-policy.ts';
import { activateKeys, activeKeyOf, algorithmsOf, nextKeyOf } from './key-stages.ts';
import type { SealedKeySet } from './key-store.ts';
import { createMissingKeys } from './load-key-set.ts';
import type { SealedSigningKey } from './signing-key.ts';

/** How to rotate, and who asks for it. */
export type Rotation = (
  | {
      /**
       * `staged`: publishes a `next` key per algorithm, which signs after the publish time.
       * `force`: new keys sign at once; verifiers that cache the JWKS may refuse them for a while.
       */
      readonly mode: 'staged' | 'force';
    }
  | {
      /** Drops keys at once: everything that they signed is refused from now on. */
      readonly mode: 'compromised';
      /** The key that leaked; undefined drops every key of the tenant. */
      readonly kid?: string | undefined;
    }
) & { readonly actor: AuditEvent['actor'] };

/** What a rotation did; each list holds `kid`s. */
export interface RotationResult {
  /** Version of the set afterwards. */
  readonly version: number;
  /** Published by this call, waiting to sign. Empty when a rotation was on its way already. */
  readonly published: readonly string[];
  /** Sign from now on. */
  readonly activated: readonly string[];
  /** Signed until now, still published. */
  readonly retired: readonly string[];
  /** No longer published. */
  readonly dropped: readonly string[];
  /** When the last waiting key may sign; undefined when none waits. */
  readonly activeFrom: Date | undefined;
}

type RotationOutcome = Omit<RotationResult, 'version' | 'activeFrom'>;

const NOTHING: RotationOutcome = { published: [], activated: [], retired: [], dropped: [] };

/**
 * Rotates a tenant's signing keys, every algorithm of it. Other replicas follow without a restart.
 *
 * A rotation is decided by the keys that it finds: one that races with another replaces no key a
 * second time. A key that waits already as `next` is used before a new one is made.
 *
 * @throws NotFoundError when `kid` names no key of the tenant
 * @throws StorageUnavailableError when PostgreSQL does not answer
 * @throws ConflictError when others kept changing the set
 * @see OpenID Connect Core 1.0, section 10.1.1
 */
export async function rotateSigningKeys(
  deps: KeyDeps,
  tenant: Tenant,
  rotation: Rotation,
): Promise<RotationResult> {
  if (rotation.mode !== 'compromised') await createMissingKeys(deps, tenant);

  const { set, outcome = NOTHING } = await changeKeySet(
    deps,
    tenant,
    planOf(deps, tenant, rotation),
  );
  if (outcome !== NOTHING) {
    await deps.audit.record({
      kind: eventKindOf(rotation),
      tenantId: tenant.id,
      outcome: 'success',
      actor: rotation.actor,
      subject: { type: 'key_set', id: tenant.id },
      detail: { mode: rotation.mode, ...outcome },
    });
  }
  return { ...outcome, version: set.version, activeFrom: activeFromOf(set) };
}

function planOf(deps: KeyDeps, tenant: Tenant, rotation: Rotation): PlanChange<RotationOutcome> {
  const policy = deps.policyOf(tenant.settings.lifetimes);
  switch (rotation.mode) {
    case 'staged':
      return planStaged(tenant, policy);
    case 'force':
      return planForced(deps, tenant, policy);
    case 'compromised':
      return planDrop(deps, tenant, policy, rotation.kid);
  }
}

function planStaged(tenant: Tenant, policy: KeyPolicy): PlanChange<RotationOutcome> {
  return async (current, mint) => {
    const waiting = algorithmsOf(current.keys, tenant.settings).filter(
      (algorithm) => nextKeyOf(current.keys, algorithm) === undefined,
    );
    if (waiting.length === 0) return undefined;
    const published = await Promise.all(
      waiting.map((algorithm) =>
        mint(algorithm, 'next', (now) => new Date(now.getTime() + policy.publishSeconds * 1000)),
      ),
    );
    const keys = [...current.keys, ...published];
    return { keys, outcome: { ...NOTHING, published: kidsOf(published) } };
  };
}

function planForced(deps: KeyDeps, tenant: Tenant, policy: KeyPolicy): PlanChange<RotationOutcome> {
  let targets: ReadonlySet<string> | undefined;
  return async (current, mint) => {
    targets ??= new Set(kidsOf(current.keys.filter((key) => key.stage === 'active')));
    const replaceable = algorithmsOf(current.keys, tenant.settings).filter((algorithm) => {
      const active = activeKeyOf(current.keys, algorithm);
      return active !== undefined && targets?.has(active.kid);
    });
    if (replaceable.length === 0) return undefined;
    return activateNextOrNew(deps, current.keys, replaceable, mint, policy);
  };
}

function planDrop(
  deps: KeyDeps,
  tenant: Tenant,
  policy: KeyPolicy,
  kid: string | undefined,
): PlanChange<RotationOutcome> {
  let targets: ReadonlySet<string> | undefined;
  return async (current, mint) => {
    if (targets === undefined) {
      const found = current.keys.filter((key) => kid === undefined || key.kid === kid);
      if (kid !== undefined && found.length === 0) {
        throw new NotFoundError(`signing key ${kid} of tenant ${tenant.slug}`);
      }
      targets = new Set(kidsOf(found));
    }
    const leaked = targets;
    const dropped = current.keys.filter((key) => leaked.has(key.kid));
    const staying = current.keys.filter((key) => !leaked.has(key.kid));
    const silent = algorithmsOf(current.keys, tenant.settings).filter(
      (algorithm) => activeKeyOf(staying, algorithm) === undefined,
    );
    if (dropped.length === 0 && silent.length === 0) return undefined;
    const { keys, outcome } = await activateNextOrNew(deps, staying, silent, mint, policy);
    return { keys, outcome: { ...outcome, dropped: kidsOf(dropped) } };
  };
}

/** Gives each algorithm a new active key: the one that is published as `next`, or a new one. */
async function activateNextOrNew(
  deps: Pick<KeyDeps, 'now'>,
  keys: readonly SealedSigningKey[],
  algorithms: readonly SigningAlgorithm[],
  mint: MintKey,
  policy: KeyPolicy,
): Promise<{ keys: readonly SealedSigningKey[]; outcome: RotationOutcome }> {
  const successors = await Promise.all(
    algorithms.map(
      async (algorithm) =>
        nextKeyOf(keys, algorithm) ?? (await mint(algorithm, 'next', (now) => now)),
    ),
  );
  const added = successors.filter((key) => !keys.includes(key));
  const kids = new Set(kidsOf(successors));
  const change = activateKeys([...keys, ...added], kids, deps.now(), policy);
  const { activated, retired } = change;
  return { keys: change.keys, outcome: { ...NOTHING, activated, retired } };
}

function eventKindOf(rotation: Rotation): AuditEvent['kind'] {
  if (rotation.mode === 'compromised') return 'keys.compromised';
  return rotation.mode === 'staged' ? 'keys.created' : 'keys.rotated';
}

function activeFromOf(set: SealedKeySet): Date | undefined {
  const times = set.keys.filter((key) => key.stage === 'next').map((key) => key.stageSince);
  return times.sort((a, b) => b.getTime() - a.getTime())[0];
}

function kidsOf(keys: readonly SealedSigningKey[]): string[] {
  return keys.map((key) => key.kid);
}
