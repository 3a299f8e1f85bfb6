/** What an expression of Prometheus asks for. */
interface NamesAsked {
  readonly metrics: readonly string[];
  /** Of a metric's own selector. */
  readonly labelsOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** That it groups or matches by: some metric of it must have them. */
  readonly groupedBy: readonly string[];
}

const STRING = String.raw`"(?:\\.|[^"\\])*"`;
const SELECTOR = new RegExp(String.raw`([a-zA-Z_:][\w:]*)?\s*\{((?:[^{}"]|${STRING})*)\}`, 'g');
const MATCHER = new RegExp(String.raw`(\w+)\s*(?:=~|!~|!=|=)\s*${STRING}`, 'g');
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
/** Words of an expression that are neither metrics nor functions. */
const LANGUAGE = new Set(['and', 'or', 'unless', 'offset', 'bool', 'group_left', 'group_right']);

/** Finds metrics and labels in an expression; it does not say whether the expression is one. */
export function namesIn(expression: string): NamesAsked {
  const labelsOf = new Map<string, Set<string>>();
  const groupedBy = new Set<string>();
  const ask = (metric: string) => {
    const labels = labelsOf.get(metric) ?? new Set();
    labelsOf.set(metric, labels);
    return labels;
  };
  const bare = expression
    .replaceAll(GROUPING, (_, list: string) => {
      for (const name of list.split(',')) if (name.trim() !== '') groupedBy.add(name.trim());
      return ' ';
    })
    .replaceAll(SELECTOR, (_, metric: string | undefined, matchers: string) => {
      if (metric === undefined) throw new Error(`a selector without a name in ${expression}`);
      const labels = ask(metric);
      for (const [, label = ''] of matchers.matchAll(MATCHER)) labels.add(label);
      return ' ';
    })
    .replaceAll(/\[[^\]]*\]/g, ' ');
  for (const [word] of bare.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*(?![\w:]*\s*\()/g)) {
    if (!LANGUAGE.has(word)) ask(word);
  }
  return { metrics: [...labelsOf.keys()], labelsOf, groupedBy: [...groupedBy] };
}
