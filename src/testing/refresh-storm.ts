import assert from 'node:assert/strict';
import type { ReplicaAnswer } from './ask-replica.ts';
import type { RefreshFamilyModel } from './refresh-family-model.ts';
import type { SeededRandom } from './seeded-random.ts';

interface RefreshStormOptions {
  readonly random: SeededRandom;
  readonly model: RefreshFamilyModel;
  /** Whether somebody copies a token. */
  readonly thief: boolean;
  readonly windowSeconds: number;
  readonly now: () => Date;
  /** Asks any replica. */
  refresh(token: string): Promise<ReplicaAnswer>;
}

/** A client, perhaps a thief, and a network that loses, doubles and reorders. */
export interface RefreshStorm {
  /** One step of everybody, who then rest as long as the whole storm does. */
  play(restSeconds: number): Promise<void>;
  /** The client comes once more: it is still signed in, unless its token was stolen. */
  end(): Promise<void>;
  /** Uses so far that came back without an answer, and requests that were sent twice or more. */
  readonly suffered: { readonly lost: number; readonly doubled: number };
}

const OFTEN = 0.7;
const NOW_AND_THEN = 0.3;

/**
 * Plays one family of refresh tokens. Each answer is held against the model; only where two
 * different tokens come at once, which no order is given to, either may win.
 */
export function startRefreshStorm(options: RefreshStormOptions): RefreshStorm {
  const { random, model } = options;
  const [first = ''] = model.tokens;
  const suffered = { lost: 0, doubled: 0 };
  const client = {
    token: first,
    /** When the use began whose answers were all lost so far. */
    askingSinceMs: undefined as number | undefined,
    /** Answers that were lost, and may still come. */
    late: [] as string[],
  };
  let copied: string | undefined;

  /** The same token, so many times at once: the answers' tokens, none when it was refused. */
  const use = async (token: string, times = 1): Promise<string[]> => {
    const expected = model.expects(token);
    const answers = await Promise.all(Array.from({ length: times }, () => options.refresh(token)));
    const successors: string[] = [];
    for (const answer of answers) {
      const successor = successorIn(answer);
      assert.equal(successor === undefined ? 'invalid_grant' : 'ok', expected, answer.text);
      model.used(token, successor);
      if (successor !== undefined) successors.push(successor);
    }
    return successors;
  };

  const take = (answers: readonly string[]) => {
    const [one, ...others] = answers;
    if (one === undefined) return;
    client.token = random.pick([one, ...others]);
    client.askingSinceMs = undefined;
    client.late = [];
  };

  const ask = async () => {
    const times = random.chance(NOW_AND_THEN) ? 2 + random.below(2) : 1;
    if (times > 1) suffered.doubled += 1;
    client.askingSinceMs ??= options.now().getTime();
    const answers = await use(client.token, times);
    const received = answers.filter(() => random.chance(OFTEN));
    const lost = answers.filter((answer) => !received.includes(answer));
    if (received.length === 0) {
      suffered.lost += 1;
      client.late.push(...lost);
    } else {
      take(random.chance(NOW_AND_THEN) ? [...received, ...client.late] : received);
    }
  };

  const clientsTurn = async (restSeconds: number) => {
    const mustAskNow = () =>
      client.askingSinceMs !== undefined &&
      options.now().getTime() + restSeconds * 1000 >=
        client.askingSinceMs + options.windowSeconds * 1000;
    if (mustAskNow() || random.chance(OFTEN)) await ask();
    // Nobody asks for ever who was refused.
    while (mustAskNow() && model.expects(client.token) === 'ok') await ask();
  };

  const thiefsTurn = async (token: string) => {
    const [successor = token] = await use(token);
    copied = successor;
  };

  /** The client and the thief at the same moment. */
  const collide = async (token: string) => {
    if (token === client.token) {
      const [theirs, honest] = await use(token, 2);
      copied = theirs ?? token;
      take(honest === undefined ? [] : [honest]);
      return;
    }
    const tokens = [client.token, token];
    const answers = await Promise.all(tokens.map((one) => options.refresh(one)));
    // Whoever was second comes again: then it is theft, in whatever order they came.
    for (const one of tokens) answers.push(await options.refresh(one));
    model.wasStolen();
    for (const [at, answer] of answers.entries()) {
      model.used(tokens[at % tokens.length] ?? '', successorIn(answer));
    }
  };

  return {
    suffered,
    async play(restSeconds) {
      if (options.thief && copied === undefined && random.chance(0.5)) {
        copied = random.chance(OFTEN)
          ? client.token
          : random.pick([client.token, ...model.tokens, ...client.late]);
      }
      const order = random.pick(['before', 'after', 'at once', 'never'] as const);
      if (copied !== undefined && order === 'at once') return collide(copied);
      if (copied !== undefined && order === 'before') await thiefsTurn(copied);
      await clientsTurn(restSeconds);
      if (copied !== undefined && order === 'after') await thiefsTurn(copied);
    },
    async end() {
      const answers = await use(client.token);
      if (!options.thief) assert.equal(answers.length, 1, 'an honest client was signed out');
    },
  };
}

function successorIn({ status, json, text }: ReplicaAnswer): string | undefined {
  if (status === 200) return String(json.refresh_token);
  assert.deepEqual([status, json.error], [400, 'invalid_grant'], text);
  return undefined;
}
