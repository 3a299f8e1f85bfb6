import type { Trial } from './trial.ts';

/**
 * The trials that words ask for: those whose names begin with one of them, such as `image` and `image
 * layers` for `image`; for a word that no name begins with, those that have it in their name.
 *
 * @param words - none asks for all
 * @throws Error for a word that is in no name
 */
export function chosenTrials<T extends Pick<Trial, 'artefact'>>(
  trials: readonly T[],
  words: readonly string[],
): T[] {
  if (words.length === 0) return [...trials];
  const chosen = new Set(words.flatMap((word) => namedBy(trials, word)));
  return trials.filter((trial) => chosen.has(trial));
}

function namedBy<T extends Pick<Trial, 'artefact'>>(trials: readonly T[], word: string): T[] {
  const beginning = trials.filter(({ artefact }) => artefact.startsWith(word));
  const named =
    beginning.length > 0 ? beginning : trials.filter(({ artefact }) => artefact.includes(word));
  if (named.length === 0) throw new Error(`nothing is called ${word}`);
  return named;
}
