import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type SealContext, SealError, type Sealer } from '../crypto/sealing.ts';
import type {
  ResealedRecord,
  SealedKind,
  SealedRecord,
  SealedRecordKey,
  SealedRecordStore,
} from './sealed-record-store.ts';

/** Records that are looked at, and at most changed, in one statement. */
const BATCH = 200;
/** How often a kind is gone through again because something was being changed meanwhile. */
const MAX_PASSES = 5;
/** Unreadable records of a kind that are named; the others are counted. */
const NAMED = 10;

/** Where the seal of each kind's record belongs. */
export type SealContexts = Readonly<Record<SealedKind, (key: SealedRecordKey) => SealContext>>;

export interface ResealDeps {
  readonly records: SealedRecordStore;
  readonly contexts: SealContexts;
  readonly sealer: Sealer;
}

/** What became of the records of one kind that were under other keys than the first. */
export interface ResealedKind {
  readonly kind: SealedKind;
  readonly moved: number;
  /** Still under another key, which opens them. */
  readonly left: number;
  /** No key opens them; they were left as they are. */
  readonly unreadable: number;
  /** The first ten of those. */
  readonly named: readonly UnreadableRecord[];
}

export interface UnreadableRecord {
  readonly key: SealedRecordKey;
  readonly reason: string;
}

/**
 * Counts what is sealed under other keys than the first; changes nothing.
 *
 * @throws StorageUnavailableError
 */
export async function countOtherSeals(deps: ResealDeps): Promise<ResealedKind[]> {
  const counted: ResealedKind[] = [];
  for (const kind of kindsOf(deps.contexts)) {
    counted.push({ kind, moved: 0, ...(await goThrough(deps, kind, async () => 0)) });
  }
  return counted;
}

/**
 * Opens everything that is sealed under another key than the first, and seals it under the first.
 *
 * A record is written only where the seal that was read still stands, so that nothing is lost
 * beside replicas at work; what they were changing is looked at again. Ending it half way loses
 * nothing: the next call goes on with what is left. What no key opens is named and stays.
 *
 * @throws StorageUnavailableError
 */
export async function resealRecords(
  deps: ResealDeps & { readonly audit: Pick<AuditLog, 'record'> },
  input: { readonly actor: AuditEvent['actor'] },
): Promise<ResealedKind[]> {
  const resealed: ResealedKind[] = [];
  for (const kind of kindsOf(deps.contexts)) resealed.push(await resealKind(deps, kind));
  if (resealed.some(({ moved }) => moved > 0)) {
    await deps.audit.record({
      kind: 'keys.resealed',
      tenantId: undefined,
      outcome: 'success',
      actor: input.actor,
      detail: {
        sealing_key: deps.sealer.currentKeyId,
        ...Object.fromEntries(resealed.map(({ kind, moved }) => [kind, moved])),
      },
    });
  }
  return resealed;
}

async function resealKind(deps: ResealDeps, kind: SealedKind): Promise<ResealedKind> {
  let moved = 0;
  for (let pass = 1; ; pass += 1) {
    let movedNow = 0;
    const { left: found, ...rest } = await goThrough(deps, kind, async (records) => {
      const replaced = await deps.records.replace(kind, records);
      movedNow += replaced;
      return replaced;
    });
    moved += movedNow;
    // The last pass is one that found nothing to do: replicas may have written behind an earlier.
    if ((found === 0 && movedNow === 0) || pass === MAX_PASSES) {
      return { kind, moved, left: found, ...rest };
    }
  }
}

/** Goes through a kind once; `handle` says how many of the records it was given it moved. */
async function goThrough(
  deps: ResealDeps,
  kind: SealedKind,
  handle: (records: readonly ResealedRecord[]) => Promise<number>,
): Promise<Pick<ResealedKind, 'left' | 'unreadable' | 'named'>> {
  let left = 0;
  let unreadable = 0;
  const named: UnreadableRecord[] = [];
  let after: SealedRecordKey | undefined;
  do {
    const input = { keyId: deps.sealer.currentKeyId, after, limit: BATCH };
    const page = await deps.records.page(kind, input);
    const readable: ResealedRecord[] = [];
    for (const record of page.records) {
      const answer = sealAnew(deps, kind, record);
      if ('resealed' in answer) readable.push(answer);
      else {
        unreadable += 1;
        if (named.length < NAMED) named.push(answer);
      }
    }
    left += readable.length - (readable.length > 0 ? await handle(readable) : 0);
    after = page.next;
  } while (after !== undefined);
  return { left, unreadable, named };
}

function sealAnew(
  { contexts, sealer }: ResealDeps,
  kind: SealedKind,
  record: SealedRecord,
): ResealedRecord | UnreadableRecord {
  const context = contexts[kind](record.key);
  try {
    return { ...record, resealed: sealer.seal(sealer.open(record.sealed, context), context) };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return { key: record.key, reason: error.message };
  }
}

/** The kinds in the order of their table. */
function kindsOf(contexts: SealContexts): SealedKind[] {
  return Object.keys(contexts) as SealedKind[];
}
