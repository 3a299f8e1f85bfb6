import {
  documentationOf,
  VARIABLE_NAMES,
  type VariableDoc,
  type VariableName,
} from './variables.ts';

/** Sections in the order of the table, each with its variables. */
function sections(): Map<string, VariableName[]> {
  return Map.groupBy(VARIABLE_NAMES, (name) => documentationOf(name).section);
}

/** The default as a person reads it, in Markdown; undefined when there is none. */
function defaultOf({ fallback, fallbackText }: VariableDoc): string | undefined {
  if (fallbackText !== undefined) return fallbackText;
  if (fallback === undefined || typeof fallback === 'string') return fallback && `\`${fallback}\``;
  const { embedded, server, production = server } = fallback;
  return embedded === server
    ? `\`${server}\`; \`${production}\` with NODE_ENV=production`
    : `\`${embedded}\` on the embedded default, else \`${server}\``;
}

/** What a commented-out line shows: a value that works as it stands, where there is one. */
function sampleOf({ fallback, example }: VariableDoc): string {
  if (example !== undefined) return example;
  if (typeof fallback === 'string') return fallback;
  return fallback === undefined ? '' : (fallback.production ?? fallback.server);
}

/** `.env.example`: every variable, commented out, with what it does and its default. */
export function renderEnvExample(): string {
  const blocks = [
    [
      '# Every setting of Gatehouse. Written by `npm run docs:config`; do not edit.',
      '#',
      '# Gatehouse reads the environment, never this file. Copy it to .env, then',
      '#   npx node --env-file=.env src/main.ts',
      '# or hand it to your container runtime (docker run --env-file .env).',
      '#',
      '# Each NAME may also be given as NAME_FILE, the path of a file that holds the value',
      '# (Docker and Kubernetes secrets). An empty value counts as not set.',
    ].join('\n'),
  ];
  for (const [section, names] of sections()) {
    blocks.push(`# --- ${section} ---`);
    for (const name of names) {
      const doc = documentationOf(name);
      const fallback = defaultOf(doc);
      const lines = [
        ...wrapped(plain(doc.about), 96),
        ...wrapped(`Expected: ${plain(doc.expected)}.`, 96),
        ...(fallback === undefined ? [] : wrapped(`Default: ${plain(fallback)}.`, 96)),
      ];
      blocks.push([...lines.map((line) => `# ${line}`), `#${name}=${sampleOf(doc)}`].join('\n'));
    }
  }
  return `${blocks.join('\n\n')}\n`;
}

/** `docs/configuration.md`: the same table for reading. */
export function renderConfigMarkdown(): string {
  const blocks = [
    '# Configuration',
    '<!-- Written by `npm run docs:config` from src/config/variables.ts; do not edit. -->',
    [
      'Gatehouse is configured by environment variables. Each `NAME` may also be given as',
      '`NAME_FILE`, the path of a file that holds the value (Docker and Kubernetes secrets); one',
      'trailing newline is dropped. An empty variable counts as not set. All are checked together',
      'before anything starts: every problem is listed at once, and the exit code is 78. Names that',
      'begin with `GATEHOUSE_` are errors, for nothing would read them.',
    ].join('\n'),
    [
      'Without `DATABASE_URL` Gatehouse runs the **embedded default**: a PostgreSQL of its own, the',
      'demo seed and the playground. That is for a laptop, not for production.',
    ].join('\n'),
  ];
  for (const [section, names] of sections()) {
    blocks.push(`## ${section}`);
    for (const name of names) {
      const doc = documentationOf(name);
      blocks.push(`### \`${name}\``, doc.about);
      blocks.push(
        [
          `- Expected: ${doc.expected}`,
          `- Default: ${defaultOf(doc) ?? 'none'}`,
          ...(doc.example === undefined ? [] : [`- Example: \`${doc.example}\``]),
          ...(doc.secret ? [`- A secret: never shown; prefer \`${name}_FILE\``] : []),
        ].join('\n'),
      );
    }
  }
  return `${blocks.join('\n\n')}\n`;
}

function plain(markdown: string): string {
  return markdown.replaceAll('`', '');
}

function wrapped(sentence: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
