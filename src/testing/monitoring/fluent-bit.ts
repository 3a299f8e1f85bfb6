/**
 * What Fluent Bit does with a configuration, as far as ours goes, for machines on which there is no
 * Fluent Bit: written after its manual and its sources (4.x). It knows no plugin and no option that
 * ours does not use, and says so rather than pass over one.
 */
import { parse } from 'yaml';

type Row = Record<string, unknown>;
type Options = Readonly<Record<string, unknown>>;

/** A record on its way. */
interface Travelling {
  readonly tag: string;
  readonly at: Date;
  readonly row: Row;
}

/** What is sent in one request. */
export interface Delivery {
  /** Of the output: `http` or `null`. */
  readonly plugin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly records: number;
}

interface Configuration {
  readonly parsers: readonly Options[];
  readonly pipeline: {
    readonly inputs: readonly Options[];
    readonly filters: readonly Options[];
    readonly outputs: readonly Options[];
  };
}

/** Options of each plugin; those that only say how much, how often and where are passed over. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  tail: [
    ...['name', 'tag', 'path', 'parser', 'docker_mode', 'db', 'storage.type', 'read_from_head'],
    ...['refresh_interval', 'rotate_wait', 'buffer_chunk_size', 'buffer_max_size'],
    'skip_long_lines',
  ],
  rewrite_tag: ['name', 'match', 'rule', 'emitter_name', 'emitter_storage.type'],
  parser: ['name', 'match', 'key_name', 'parser', 'reserve_data'],
  nest: ['name', 'match', 'operation', 'nested_under'],
  modify: ['name', 'match', 'rename', 'copy', 'add', 'condition'],
  http: [
    ...['name', 'alias', 'match', 'host', 'port', 'uri', 'format', 'json_date_key'],
    ...['json_date_format', 'header', 'allow_duplicated_headers', 'retry_limit'],
    'storage.total_limit_size',
  ],
  null: ['name', 'match'],
};

/**
 * Reads lines of Docker's files and makes of them what the outputs would send, one request each.
 *
 * @param lines - of `*-json.log`, as Docker writes them
 * @param now - what a record without a time of its own gets
 */
export function runFluentBit(
  configuration: string,
  lines: readonly string[],
  now: () => Date,
): Delivery[] {
  const { parsers, pipeline } = parse(configuration) as Configuration;
  const { inputs, filters, outputs } = pipeline;
  for (const plugin of [...inputs, ...filters, ...outputs]) checkOptions(plugin);
  const parserOf = (name: unknown) => {
    const found = parsers.find((parser) => parser.name === name);
    if (found === undefined) throw new Error(`there is no parser ${name}`);
    return found;
  };
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) throw new Error('one input is what this knows');

  const arrived: Travelling[] = [];
  const enter = (record: Travelling): void => {
    let travelling: Travelling | undefined = record;
    for (const filter of filters) {
      if (travelling === undefined) return;
      if (!matches(filter.match, travelling.tag)) continue;
      travelling = FILTERS[String(filter.name)]?.(filter, travelling, { parserOf, enter });
    }
    if (travelling !== undefined) arrived.push(travelling);
  };
  for (const line of isOn(input.docker_mode) ? joinSplitLines(lines) : lines) {
    const read = parseText(parserOf(input.parser), line);
    const tag = String(input.tag);
    // What is not in Docker's form is a record all the same.
    enter(
      read === undefined
        ? { tag, at: now(), row: { log: line } }
        : { tag, at: read.at ?? now(), row: read.row },
    );
  }
  return outputs.flatMap((output) => deliver(output, arrived));
}

function checkOptions(plugin: Options): void {
  const known = OPTIONS[String(plugin.name)];
  if (known === undefined) throw new Error(`this knows no plugin ${plugin.name}`);
  const unknown = Object.keys(plugin).filter((option) => !known.includes(option));
  if (unknown.length > 0) throw new Error(`${plugin.name} has no ${unknown.join(', ')} here`);
}

function isOn(value: unknown): boolean {
  return value === true || value === 'on' || value === 'true';
}

/** `docker_mode`: Docker cuts a line at 16 KiB, and ends the last part of it with a newline. */
function joinSplitLines(lines: readonly string[]): string[] {
  const joined: string[] = [];
  let begun = '';
  for (const line of lines) {
    const row = readJson(line);
    if (typeof row?.log !== 'string') joined.push(line);
    else if (row.log.endsWith('\n')) {
      joined.push(JSON.stringify({ ...row, log: begun + row.log }));
      begun = '';
    } else begun += row.log;
  }
  if (begun !== '') joined.push(JSON.stringify({ log: begun }));
  return joined;
}

function readJson(text: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch {
    return undefined;
  }
}

/** A parser of format `json`; undefined: the text is not in its form. */
function parseText(parser: Options, text: string): { row: Row; at: Date | undefined } | undefined {
  if (parser.format !== 'json') throw new Error(`this knows no format ${parser.format}`);
  const row = readJson(text.trimEnd());
  if (row === undefined) return undefined;
  const key = String(parser.time_key);
  const at = parseTime(String(parser.time_format), row[key]);
  // A time in another form stays where it is.
  if (at === undefined) return { row, at };
  const { [key]: _, ...rest } = row;
  return { row: rest, at };
}

const TIME_PARTS: Readonly<Record<string, string>> = {
  '%Y': String.raw`\d{4}`,
  '%m': String.raw`\d{2}`,
  '%d': String.raw`\d{2}`,
  '%H': String.raw`\d{2}`,
  '%M': String.raw`\d{2}`,
  '%S': String.raw`\d{2}`,
  '%L': String.raw`\d{1,9}`,
  '%z': String.raw`(?:Z|[+-]\d{2}:?\d{2})`,
};

function parseTime(format: string, value: unknown): Date | undefined {
  const pattern = format
    .replaceAll('.', String.raw`\.`)
    .replaceAll(/%\w/g, (part) => TIME_PARTS[part] ?? fail(`this knows no ${part}`));
  if (typeof value !== 'string' || !new RegExp(`^${pattern}$`).test(value)) return undefined;
  return new Date(value.replace(/(\.\d{3})\d+/, '$1'));
}

function fail(message: string): never {
  throw new Error(message);
}

function matches(pattern: unknown, tag: string): boolean {
  const escaped = String(pattern).replaceAll('.', String.raw`\.`).replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`).test(tag);
}

interface Machine {
  readonly parserOf: (name: unknown) => Options;
  readonly enter: (record: Travelling) => void;
}

type Filter = (options: Options, record: Travelling, machine: Machine) => Travelling | undefined;

const FILTERS: Readonly<Record<string, Filter>> = {
  rewrite_tag: ({ rule }, record, { enter }) => {
    const [key = '', expression = '', tag = '', keep] = String(rule).split(' ');
    const [, field = '', inner = ''] = /^\$(\w+)\['(\w+)'\]$/.exec(key) ?? fail(`rule ${rule}`);
    const value = (record.row[field] as Row | undefined)?.[inner];
    const found = typeof value === 'string' ? new RegExp(expression).exec(value) : null;
    if (found === null) return record;
    enter({ ...record, tag: tag.replaceAll(/\$(\d)/g, (_, group) => found[Number(group)] ?? '') });
    return keep === 'true' ? record : undefined;
  },
  parser: ({ key_name: name, parser, reserve_data: reserve }, record, { parserOf }) => {
    const { [String(name)]: text, ...others } = record.row;
    const read = typeof text === 'string' ? parseText(parserOf(parser), text) : undefined;
    if (read === undefined) return record;
    const row = isOn(reserve) ? { ...others, ...read.row } : read.row;
    return { ...record, row, at: read.at ?? record.at };
  },
  nest: ({ operation, nested_under: name }, record) => {
    if (operation !== 'lift') throw new Error(`this knows no operation ${operation}`);
    const { [String(name)]: nested, ...others } = record.row;
    return { ...record, row: { ...others, ...(nested as Row | undefined) } };
  },
  modify: ({ condition, rename = [], copy, add }, record) => {
    const [kind, needed = ''] = String(condition ?? '').split(' ');
    if (condition !== undefined && kind !== 'Key_exists') fail(`this knows no ${kind}`);
    if (condition !== undefined && !(needed in record.row)) return record;
    const row = { ...record.row };
    for (const pair of rename as readonly string[]) {
      const [from = '', to = ''] = pair.split(' ');
      if (!(from in row) || to in row) continue;
      row[to] = row[from];
      delete row[from];
    }
    if (copy !== undefined) {
      const [from = '', to = ''] = String(copy).split(' ');
      if (from in row && !(to in row)) row[to] = row[from];
    }
    if (add !== undefined) {
      const [name = '', value = '', ...more] = String(add).split(' ');
      if (more.length > 0) fail(`add takes a name and a value: ${add}`);
      if (!(name in row)) row[name] = value;
    }
    return { ...record, row };
  },
};

function deliver(output: Options, arrived: readonly Travelling[]): Delivery[] {
  const taken = arrived.filter(({ tag }) => matches(output.match, tag));
  if (taken.length === 0) return [];
  const plugin = String(output.name);
  if (plugin === 'null') {
    return [{ plugin, path: '', headers: {}, body: '', records: taken.length }];
  }
  if (output.format !== 'json_lines' || output.json_date_format !== 'iso8601') fail('format');
  const [name = '', ...value] = String(output.header).split(' ');
  if (isOn(output.allow_duplicated_headers ?? 'on'))
    fail('it would send a Content-Type of its own besides');
  const lines = taken.map(({ at, row }) =>
    JSON.stringify({ [String(output.json_date_key)]: at.toISOString(), ...row }),
  );
  return [
    {
      plugin,
      path: String(output.uri),
      headers: { [name]: value.join(' ') },
      body: `${lines.join('\n')}\n`,
      records: taken.length,
    },
  ];
}
