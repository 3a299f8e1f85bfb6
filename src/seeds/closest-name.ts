/**
 * The known name that a mistyped one was probably meant to be.
 *
 * Case, underscores and hyphens do not count: `first_party` is close to `firstParty`.
 *
 * @returns undefined when nothing is close
 */
export function closestName(typed: string, names: readonly string[]): string | undefined {
  const bare = bareName(typed).slice(0, 64);
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(bare, bareName(name));
    if (best === undefined || distance < best.distance) best = { name, distance };
  }
  return best !== undefined && best.distance <= Math.max(1, Math.floor(bare.length / 3))
    ? best.name
    : undefined;
}

function bareName(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, right] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
