import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { advanceStages, withoutSuccessor } from './key-stages.ts';
import type { SealedSigningKey } from './signing-key.ts';

/**
 * Whatever the schedule, and however late replicas are to look: a verifier that keeps the JWKS for
 * as long as it may, and asks for it no earlier, finds the key of every token that has not expired.
 */
const MAX_AGE = 10;
/** The longest that a replica goes on with keys that were changed: it signs and publishes them. */
const STALE = 5;
const TOKEN = 40;
const POLICY = { publishSeconds: MAX_AGE + STALE + 1, retireSeconds: TOKEN + STALE + 1 };
const SUCCESSOR = 30;
const ROUNDS = 300;

const at = (seconds: number) => new Date(Date.UTC(2030, 0, 1) + seconds * 1000);

interface SetAt {
  readonly from: number;
  readonly keys: readonly SealedSigningKey[];
}

/** Keys of one algorithm, looked after at these moments; `asked` says when an operator rotates. */
function history(ticks: readonly { after: number; asked: boolean }[]): SetAt[] {
  let made = 0;
  const key = (stage: 'next' | 'active', now: number): SealedSigningKey => ({
    tenantId: 'tenant-a',
    kid: `key-${made++}`,
    algorithm: 'ES256',
    stage,
    publicJwk: { kty: 'EC' },
    sealedPrivateJwk: 'v1.sealed',
    createdAt: at(now),
    stageSince: at(stage === 'next' ? now + POLICY.publishSeconds : now),
    goneAt: undefined,
  });
  const sets: SetAt[] = [{ from: 0, keys: [key('active', 0)] }];
  let now = 0;
  for (const { after, asked } of ticks) {
    now += after;
    const { keys } = advanceStages(sets.at(-1)?.keys ?? [], at(now), POLICY);
    const waits = keys.some(({ stage }) => stage === 'next');
    const due = withoutSuccessor(keys, at(now - SUCCESSOR)).length > 0 || (asked && !waits);
    sets.push({ from: now, keys: due ? [...keys, key('next', now)] : keys });
  }
  return sets;
}

const setAt = (sets: readonly SetAt[], second: number): SetAt['keys'] =>
  sets.findLast(({ from }) => from <= second)?.keys ?? sets[0]?.keys ?? [];
const signerOf = (keys: SetAt['keys']) => keys.find(({ stage }) => stage === 'active')?.kid;

const someTicks = fc.array(
  fc.record({
    // Mostly a look every few seconds, and now and then none for long.
    after: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 5 }) },
      fc.integer({ min: 1, max: 400 }),
    ),
    asked: fc.boolean().chain((maybe) => (maybe ? fc.boolean() : fc.constant(false))),
  }),
  { minLength: 30, maxLength: 80 },
);
/** Both ends, and what is between them. */
const upTo = (max: number) => fc.oneof(fc.constantFrom(0, max), fc.integer({ min: 0, max }));
/** A token that is signed soon after a change, and looked at once in its life. */
const someLook = fc.record({
  change: fc.nat(1000),
  later: upTo(STALE),
  signerLag: upTo(STALE),
  publisherLag: upTo(STALE),
  cachedFor: upTo(MAX_AGE),
  tokenAge: upTo(TOKEN),
});

describe('whatever the schedule', () => {
  test('a verifier that honours max-age finds the key of every token that lives', () => {
    fc.assert(
      fc.property(
        someTicks,
        fc.array(someLook, { minLength: 1, maxLength: 30 }),
        (ticks, looks) => {
          const sets = history(ticks);
          for (const { change, later, signerLag, publisherLag, cachedFor, tokenAge } of looks) {
            const signedAt = (sets[change % sets.length]?.from ?? 0) + later;
            const verifiedAt = signedAt + tokenAge;
            const kid = signerOf(setAt(sets, signedAt - signerLag));
            const cache = setAt(sets, verifiedAt - cachedFor - publisherLag);
            assert.ok(
              cache.some((key) => key.kid === kid),
              `${kid} of second ${signedAt} is not found in second ${verifiedAt}`,
            );
          }
        },
      ),
      { numRuns: ROUNDS },
    );
  });

  test('one key signs, one at most waits, and their number is bounded', () => {
    fc.assert(
      fc.property(someTicks, (ticks) => {
        for (const { keys } of history(ticks)) {
          const inStage = (stage: string) => keys.filter((key) => key.stage === stage).length;
          assert.equal(inStage('active'), 1);
          assert.ok(inStage('next') <= 1);
          assert.ok(
            inStage('retiring') <= Math.ceil(POLICY.retireSeconds / POLICY.publishSeconds) + 1,
          );
        }
      }),
      { numRuns: ROUNDS },
    );
  });
});
