/**
 * What a family of refresh tokens allows, as the blueprint puts it and as little of it as that
 * takes: the immediate predecessor may be retried inside the window while no successor has been
 * used, the first use of one sibling kills the others, and use of anything else is theft.
 */
export interface RefreshFamilyModel {
  /** Whether a use was theft: nothing of the family is of any use from then on. */
  readonly stolen: boolean;
  /** Tokens of it so far, oldest first. */
  readonly tokens: readonly string[];
  /** What a use now must be answered with. */
  expects(token: string): 'ok' | 'invalid_grant';
  /** Takes down a use, and the token that it was answered with, if there was one. */
  used(token: string, successor?: string): void;
  /** Takes down that a use was theft, where the model cannot tell which of several was first. */
  wasStolen(): void;
}

interface Member {
  readonly parent: Member | undefined;
  usedAtMs?: number;
  /** A sibling was used first, or a successor was used: no use is left. */
  ended: boolean;
}

export function modelRefreshFamily(
  first: string,
  options: { windowSeconds: number; now: () => Date },
): RefreshFamilyModel {
  const members = new Map<string, Member>([[first, { parent: undefined, ended: false }]]);
  let stolen = false;

  const member = (token: string): Member => {
    const found = members.get(token);
    if (found === undefined) throw new Error('a token of another family');
    return found;
  };
  const isRetryable = ({ usedAtMs }: Member) =>
    usedAtMs !== undefined && options.now().getTime() < usedAtMs + options.windowSeconds * 1000;
  const isGood = (one: Member) => !one.ended && (one.usedAtMs === undefined || isRetryable(one));
  const useFirst = (one: Member) => {
    one.usedAtMs = options.now().getTime();
    if (one.parent === undefined) return;
    one.parent.ended = true;
    for (const other of members.values()) {
      if (other !== one && other.parent === one.parent) other.ended = true;
    }
  };

  return {
    get stolen() {
      return stolen;
    },
    get tokens() {
      return [...members.keys()];
    },
    expects: (token) => (!stolen && isGood(member(token)) ? 'ok' : 'invalid_grant'),
    used(token, successor) {
      const one = member(token);
      if (stolen || !isGood(one)) stolen = true;
      else if (one.usedAtMs === undefined) useFirst(one);
      if (successor !== undefined) members.set(successor, { parent: one, ended: stolen });
    },
    wasStolen() {
      stolen = true;
    },
  };
}
