import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { Place, SeedProblem } from './seed-problem.ts';

/** A seed file is text that people write; more than 1 MiB is a mistake. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** Nodes read from one file, those behind aliases counted each time: bounds alias bombs. */
const MAX_NODES = 250_000;

/** Mistakes in the YAML itself that are shown: after the first, most are its echo. */
const MAX_MISTAKES = 10;

/** Nesting that a value of free form (a claim, a JWKS) may have. */
const MAX_DEPTH = 12;

/** One file being read: where problems go, and how much may still be read. */
export interface SeedSource {
  readonly file: string;
  readonly lines: LineCounter;
  readonly aliases: ReadonlyMap<Alias, Node>;
  readonly problems: SeedProblem[];
  nodesLeft: number;
}

/** A value in a file: `node` with aliases followed; undefined stands for an empty value. */
export interface SeedNode {
  readonly source: SeedSource;
  readonly node: Node | undefined;
  readonly path: string;
  /** Offset of the value in the text, or of its key when the value is empty. */
  readonly offset: number;
}

/**
 * Parses the text of one file.
 *
 * @returns the root, or undefined when the file is not YAML; problems are in `problems`
 */
export function openSeedSource(
  file: string,
  text: string,
  problems: SeedProblem[],
): SeedNode | undefined {
  const lines = new LineCounter();
  const fail = (offset: number, message: string): undefined => {
    problems.push({ place: placeAt(file, lines, offset, ''), message });
  };
  let document: Document.Parsed;
  const aliases = new Map<Alias, Node>();
  const strays: Alias[] = [];
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    resolveAliases(document, aliases, strays);
  } catch {
    return fail(0, 'expected YAML, found something nested too deeply to read');
  }
  const mistakes = [...document.errors, ...document.warnings];
  for (const { code, pos, message } of mistakes.slice(0, MAX_MISTAKES)) {
    const found = `expected YAML, found a mistake: ${message}`;
    fail(
      pos[0],
      code === 'MULTIPLE_DOCS' ? 'expected one YAML document, found another one here' : found,
    );
  }
  for (const alias of strays.slice(0, MAX_MISTAKES)) {
    fail(alias.range?.[0] ?? 0, `expected an anchor, found none named ${alias.source}`);
  }
  if (mistakes.length + strays.length > 0) return undefined;
  const source: SeedSource = { file, lines, aliases, problems, nodesLeft: MAX_NODES };
  return enter(source, document.contents, '', 0);
}

/** Finds what each alias stands for: the last value before it that carries its anchor. */
function resolveAliases(document: Document, aliases: Map<Alias, Node>, strays: Alias[]): void {
  const anchors = new Map<string, Node>();
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const target = anchors.get(node.source);
      if (target === undefined) strays.push(node);
      else aliases.set(node, target);
    },
  });
}

/** Goes to a value, following aliases; counts it. */
function enter(source: SeedSource, value: unknown, path: string, offset: number): SeedNode {
  source.nodesLeft -= 1;
  let node = isNode(value) ? value : undefined;
  const where = node?.range?.[0] ?? offset;
  if (node !== undefined && isAlias(node)) node = source.aliases.get(node);
  if (source.nodesLeft < 0) node = undefined;
  if (source.nodesLeft === -1) {
    source.problems.push({
      place: placeAt(source.file, source.lines, offset, path),
      message: `expected at most ${MAX_NODES} values, found more (aliases count each time they are used)`,
    });
  }
  return { source, node, path, offset: where };
}

export function placeOf(at: SeedNode): Place {
  return placeAt(at.source.file, at.source.lines, at.offset, at.path);
}

/** Notes a problem with this value. */
export function report(at: SeedNode, message: string): void {
  // Once the bound is hit, what follows is only its echo.
  if (at.source.nodesLeft < 0) return;
  at.source.problems.push({ place: placeOf(at), message });
}

/** One entry of a mapping; `keyAt` stands where the key does. */
export interface SeedEntry {
  readonly key: string;
  readonly keyAt: SeedNode;
  readonly value: SeedNode;
}

/** The entries of a mapping, or undefined when it is none. */
export function entriesOf(at: SeedNode): SeedEntry[] | undefined {
  if (!isMap(at.node)) return undefined;
  return at.node.items.flatMap((pair) => {
    const { key } = pair;
    const offset = isNode(key) ? (key.range?.[0] ?? at.offset) : at.offset;
    const name = isScalar(key) ? String(key.value) : '(not a name)';
    const value = enter(at.source, pair.value, childPath(at.path, name), offset);
    return [{ key: name, keyAt: { ...value, offset }, value }];
  });
}

/** The items of a list, or undefined when it is none. */
export function itemsOf(at: SeedNode): SeedNode[] | undefined {
  if (!isSeq(at.node)) return undefined;
  const items: SeedNode[] = [];
  for (const [index, item] of at.node.items.entries()) {
    if (at.source.nodesLeft < 0) break;
    if (isPair(item)) continue;
    items.push(enter(at.source, item, `${at.path}[${index}]`, at.offset));
  }
  return items;
}

/** Text, number, boolean or null; undefined for a mapping or a list. */
export function scalarOf(at: SeedNode): unknown {
  if (at.node === undefined) return null;
  return isScalar(at.node) ? at.node.value : undefined;
}

/**
 * What is found, in words.
 *
 * @param secret - says only what kind of value it is
 */
export function describeFound(at: SeedNode, secret = false): string {
  if (isCollection(at.node)) return isMap(at.node) ? 'a mapping' : 'a list';
  const value = scalarOf(at);
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return secret ? 'text' : JSON.stringify(shorten(value));
  if (typeof value === 'boolean') return secret ? 'true or false' : String(value);
  return secret ? 'a number' : `the number ${String(value)}`;
}

/** The value as JSON, for values of free form. Reports what has no JSON form. */
export function plainValueOf(at: SeedNode, depth = 0): unknown {
  if (depth > MAX_DEPTH) {
    report(at, `expected at most ${MAX_DEPTH} levels, found more`);
    return null;
  }
  const items = itemsOf(at);
  if (items !== undefined) return items.map((item) => plainValueOf(item, depth + 1));
  const entries = entriesOf(at);
  if (entries !== undefined) {
    return Object.fromEntries(
      entries.map(({ key, value }) => {
        if (!isStorable(key)) report(value, 'expected a name without NUL, found one with it');
        return [key, plainValueOf(value, depth + 1)];
      }),
    );
  }
  const value = scalarOf(at);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string' && isStorable(value)) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  report(at, `expected text without NUL, a number, true or false, found ${describeFound(at)}`);
  return null;
}

/** What JSON in PostgreSQL can hold: no NUL, no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function childPath(parent: string, key: string): string {
  const name = /^[A-Za-z_][\w-]*$/.test(key) ? key : JSON.stringify(shorten(key));
  return parent === '' ? name : `${parent}.${name}`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function placeAt(file: string, lines: LineCounter, offset: number, path: string): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1), path };
}
