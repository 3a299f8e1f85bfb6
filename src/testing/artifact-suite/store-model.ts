import type { ArtifactModel } from '../../provider/artifact-store.ts';

/**
 * An ArtifactStore as the contract describes it, one operation after the other: the artifacts of
 * two grants, small enough to be copied at every step.
 */

type ArtifactName = keyof typeof ARTIFACTS;
type GrantName = 'grant-a' | 'grant-b';

export interface ArtifactPlan {
  readonly model: ArtifactModel;
  readonly grant?: GrantName;
  readonly session?: string;
  readonly endsWithSession?: true;
  readonly account: string;
  readonly parent?: string;
}

const OF_A = { grant: 'grant-a', session: 'session-a', account: 'alice' } as const;
const OF_B = { grant: 'grant-b', session: 'session-b', account: 'bob' } as const;
const ENDS = { endsWithSession: true } as const;

/** All there is: what was issued under grant a outlives its session, under grant b it does not. */
export const ARTIFACTS = {
  'grant-a': { model: 'Grant', grant: 'grant-a', account: 'alice' },
  'grant-b': { model: 'Grant', grant: 'grant-b', account: 'bob' },
  'session-a': { model: 'Session', session: 'session-a', account: 'alice', ...ENDS },
  'session-b': { model: 'Session', session: 'session-b', account: 'bob', ...ENDS },
  'code-a': { model: 'AuthorizationCode', ...OF_A },
  'code-b': { model: 'AuthorizationCode', ...OF_B, ...ENDS },
  'token-a': { model: 'RefreshToken', ...OF_A },
  'token-a1': { model: 'RefreshToken', ...OF_A, parent: 'token-a' },
  'token-a2': { model: 'RefreshToken', ...OF_A, parent: 'token-a' },
  'token-a11': { model: 'RefreshToken', ...OF_A, parent: 'token-a1' },
  'token-a12': { model: 'RefreshToken', ...OF_A, parent: 'token-a1' },
  'token-b': { model: 'RefreshToken', ...OF_B, ...ENDS },
  'token-b1': { model: 'RefreshToken', ...OF_B, ...ENDS, parent: 'token-b' },
  'token-b2': { model: 'RefreshToken', ...OF_B, ...ENDS, parent: 'token-b' },
} as const satisfies Record<string, ArtifactPlan>;

export const ARTIFACT_NAMES = Object.keys(ARTIFACTS) as ArtifactName[];
export const GRANT_NAMES: readonly GrantName[] = ['grant-a', 'grant-b'];

/** Grants outlive every run, so that no refresh token has to extend them. */
export const GRANT_SECONDS = 30 * 86_400;

/** How long what ends something is remembered. */
export const TOMBSTONE_SECONDS = 900;

export type StoreOperation =
  /** `lifetime`: of what is no Grant. `age`: how long ago the request began. */
  | { do: 'save'; what: ArtifactName; lifetime: number; age: number }
  | { do: 'find'; what: ArtifactName }
  | { do: 'consume'; what: ArtifactName; window: number }
  | { do: 'destroy'; what: ArtifactName }
  | { do: 'revokeGrant'; grant: GrantName }
  | { do: 'endSession'; session: string; grants: GrantName[] }
  | { do: 'endAccount'; account: string };

interface Row {
  readonly expiresAt: number;
  readonly consumedAt?: number;
  readonly retryUntil?: number;
  readonly successorUsed?: true;
  readonly superseded?: true;
}

interface Tombstone {
  readonly endedAt: number;
  readonly until: number;
}

/** Seconds count from any moment. */
export interface StoreState {
  readonly rows: Readonly<Partial<Record<string, Row>>>;
  readonly tombstones: Readonly<Partial<Record<string, Tombstone>>>;
}

export const EMPTY_STORE: StoreState = { rows: {}, tombstones: {} };

/** What an operation answers, and what the store is after it. */
interface Applied {
  readonly answer: string;
  readonly state: StoreState;
}

export function applyOperation(state: StoreState, operation: StoreOperation, at: number): Applied {
  switch (operation.do) {
    case 'save':
      return save(state, operation, at);
    case 'find':
      return { answer: useOf(state, operation.what, at), state };
    case 'consume':
      return consume(state, operation, at);
    case 'destroy':
      return { answer: 'done', state: without(state, (name) => name === operation.what) };
    case 'revokeGrant':
      return { answer: 'done', state: revoke(state, [operation.grant], at) };
    case 'endSession':
      return endSession(state, operation, at);
    case 'endAccount':
      return endAccount(state, operation.account, at);
  }
}

/** `absent`, or how far it is used up. */
export function useOf({ rows }: StoreState, what: ArtifactName, at: number): string {
  const row = rows[what];
  if (row === undefined || row.expiresAt <= at) return 'absent';
  if (row.superseded || row.successorUsed) return 'used';
  if (row.consumedAt === undefined) return 'unused';
  return row.retryUntil !== undefined && at < row.retryUntil ? 'retryable' : 'used';
}

export function isRevoked({ tombstones }: StoreState, grant: GrantName, at: number): boolean {
  return isEntombed(tombstones[grant], at);
}

/** The same for states that are the same. */
export function fingerprint({ rows, tombstones }: StoreState): string {
  const stones = Object.entries(tombstones).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([ARTIFACT_NAMES.map((name) => rows[name] ?? null), stones]);
}

function save(
  state: StoreState,
  { what, lifetime, age }: StoreOperation & { do: 'save' },
  at: number,
): Applied {
  const { grant, session, endsWithSession, account, parent } = planOf(what);
  const { rows, tombstones } = state;
  const ofAccount = tombstones[account];
  const before = liveRow(state, what, at);
  const succeeds = parent === undefined ? undefined : liveRow(state, parent, at);
  const ended =
    (grant !== undefined && isEntombed(tombstones[grant], at)) ||
    (session !== undefined && endsWithSession && isEntombed(tombstones[session], at)) ||
    (ofAccount !== undefined && isEntombed(ofAccount, at) && ofAccount.endedAt >= at - age) ||
    (parent !== undefined &&
      before === undefined &&
      (succeeds === undefined || succeeds.successorUsed));
  if (ended) return { answer: 'ended', state };
  const lives = planOf(what).model === 'Grant' ? GRANT_SECONDS : lifetime;
  const row = { ...before, expiresAt: at + lives };
  return { answer: 'saved', state: { rows: { ...rows, [what]: row }, tombstones } };
}

function consume(
  state: StoreState,
  { what, window }: StoreOperation & { do: 'consume' },
  at: number,
): Applied {
  const row = liveRow(state, what, at);
  const { model } = planOf(what);
  if (row === undefined || row.superseded || row.successorUsed) return { answer: 'lost', state };
  const retries = model === 'RefreshToken';
  if (row.consumedAt !== undefined) {
    const until = Math.min(row.retryUntil ?? 0, row.consumedAt + window);
    return { answer: retries && at < until ? 'consumed' : 'lost', state };
  }
  const opened = retries && window > 0 ? { retryUntil: at + window } : {};
  const used = { ...row, consumedAt: at, ...opened };
  const rows = { ...state.rows, ...familyAfterUse(state, what, at), [what]: used };
  return { answer: 'consumed', state: { ...state, rows } };
}

/** What the first use of a token makes of its parent and its siblings. */
function familyAfterUse({ rows }: StoreState, what: ArtifactName, at: number): StoreState['rows'] {
  const { parent } = planOf(what);
  if (parent === undefined) return {};
  const changed: Record<string, Row> = {};
  for (const name of ARTIFACT_NAMES) {
    const sibling = rows[name];
    if (sibling === undefined || planOf(name).parent !== parent) continue;
    changed[name] = { ...sibling, superseded: true };
  }
  const elder = rows[parent];
  if (elder !== undefined) {
    changed[parent] = { ...elder, successorUsed: true, consumedAt: elder.consumedAt ?? at };
  }
  return changed;
}

function endSession(
  state: StoreState,
  { session, grants }: StoreOperation & { do: 'endSession' },
  at: number,
): Applied {
  const left = without(state, (name) => {
    const plan = planOf(name);
    return plan.session === session && plan.endsWithSession === true;
  });
  const revoked = grants.filter((grant) =>
    ARTIFACT_NAMES.every(
      (name) =>
        planOf(name).model !== 'RefreshToken' ||
        planOf(name).grant !== grant ||
        liveRow(left, name, at) === undefined,
    ),
  );
  const ended = revoke(entomb(left, [session], at), revoked, at);
  return { answer: `revoked ${revoked.toSorted().join(' ')}`, state: ended };
}

function endAccount(state: StoreState, account: string, at: number): Applied {
  const grants = GRANT_NAMES.filter(
    (grant) => planOf(grant).account === account && state.rows[grant] !== undefined,
  );
  const left = without(state, (name) => planOf(name).account === account);
  return { answer: 'done', state: entomb(left, [account, ...grants], at) };
}

function revoke(state: StoreState, grants: readonly GrantName[], at: number): StoreState {
  const left = without(state, (name) => grants.some((grant) => planOf(name).grant === grant));
  return entomb(left, grants, at);
}

function entomb(state: StoreState, names: readonly string[], at: number): StoreState {
  const stone = { endedAt: at, until: at + TOMBSTONE_SECONDS };
  const stones = Object.fromEntries(names.map((name) => [name, stone]));
  return { ...state, tombstones: { ...state.tombstones, ...stones } };
}

function without(state: StoreState, goes: (name: ArtifactName) => boolean): StoreState {
  const rows = { ...state.rows };
  for (const name of ARTIFACT_NAMES) if (goes(name)) delete rows[name];
  return { ...state, rows };
}

function liveRow({ rows }: StoreState, name: string, at: number): Row | undefined {
  const row = rows[name];
  return row !== undefined && row.expiresAt > at ? row : undefined;
}

function isEntombed(stone: Tombstone | undefined, at: number): boolean {
  return stone !== undefined && stone.until > at;
}

function planOf(name: ArtifactName): ArtifactPlan {
  return ARTIFACTS[name];
}
