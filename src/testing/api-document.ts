/** An OpenAPI document as a judge of what a server really answers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { validate } from '@hyperjump/json-schema/openapi-3-1';
import type { Answer, ApiDescription, Method, Operation } from '../openapi/document.ts';

const META_SCHEMA = 'https://spec.openapis.org/oas/3.1/schema-base';

/** One request, and what came of it. */
export interface Exchange {
  readonly method: string;
  /** Below the issuer, without query. */
  readonly path: string;
  readonly status: number;
  /** Media type, without parameters. */
  readonly type: string;
  readonly body: string;
}

export interface ApiDocument {
  /** What is wrong with an exchange by the document, and which operation it was of. */
  judge(
    exchange: Exchange,
  ): Promise<{ operation: string | undefined; problem: string | undefined }>;
  /** Every operation, such as `POST /token`. */
  readonly operations: readonly string[];
  /** Call in `after`. */
  close(): Promise<void>;
}

/** What is wrong with a document by the meta-schema of OpenAPI 3.1; empty when nothing is. */
export async function documentProblems(document: ApiDescription): Promise<string[]> {
  const output = await validate(META_SCHEMA, JSON.parse(JSON.stringify(document)), 'BASIC');
  return output.valid ? [] : [JSON.stringify(output)];
}

export async function openApiDocument(document: ApiDescription): Promise<ApiDocument> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-openapi-'));
  const file = join(home, 'served.openapi.json');
  await writeFile(file, JSON.stringify(document));
  const base = pathToFileURL(file).href;
  const paths = Object.entries(document.paths);
  const operations = paths.flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );

  async function problemOf(exchange: Exchange): Promise<string | undefined> {
    const { status, type, body } = exchange;
    const found = findOperation(document, exchange);
    if (found === undefined) return 'is not in the document';
    const described = findAnswer(document, found, status);
    if (described === undefined) return `answers ${status}`;
    const { content } = described.answer;
    if (content === undefined) return body === '' ? undefined : `${status} has a body`;
    if (!(type in content)) return `${status} is ${type}`;
    if (!type.endsWith('json')) return undefined;
    const schema = `${base}${described.pointer}/content/${escaped(type)}/schema`;
    const { valid } = await validate(schema, JSON.parse(body), 'FLAG');
    return valid ? undefined : `${status} is not as described: ${body}`;
  }

  return {
    operations,
    async judge(exchange) {
      const { method, path } = exchange;
      const problem = await problemOf(exchange);
      const found = findOperation(document, exchange);
      return {
        operation: found && `${method} ${found.path}`,
        problem: problem && `${method} ${path} ${problem}`,
      };
    },
    close: () => rm(home, { recursive: true, force: true }),
  };
}

interface Found {
  readonly path: string;
  readonly method: Method;
  readonly operation: Operation;
}

/** What the document says of a status, and where in it. */
function findAnswer(
  document: ApiDescription,
  { path, method, operation }: Found,
  status: number,
): { answer: Answer; pointer: string } | undefined {
  const named = [String(status), `${Math.floor(status / 100)}XX`];
  const key = named.find((one) => one in operation.responses);
  const said = key === undefined ? undefined : operation.responses[key];
  if (said === undefined) return undefined;
  const pointer = `#/paths/${escaped(path)}/${method}/responses/${key}`;
  if (!('$ref' in said)) return { answer: said, pointer };
  const shared = Object.entries(document.components.responses);
  const answer = shared.find(([name]) => said.$ref === `#/components/responses/${name}`)?.[1];
  return answer && { answer, pointer: said.$ref };
}

/** Of paths that fit, the one with the fewest parameters. */
function findOperation({ paths }: ApiDescription, { method, path }: Exchange): Found | undefined {
  const fitting = Object.keys(paths)
    .filter((template) => formOf(template).test(path))
    .sort((a, b) => a.split('{').length - b.split('{').length);
  for (const template of fitting) {
    const lower = method.toLowerCase() as Method;
    const operation = paths[template]?.[lower];
    if (operation !== undefined) return { path: template, method: lower, operation };
  }
  return undefined;
}

function formOf(template: string): RegExp {
  const literal = template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${literal}$`);
}

/** RFC 6901, section 3, in a URI. */
function escaped(token: string): string {
  return encodeURIComponent(token.replaceAll('~', '~0').replaceAll('/', '~1'));
}
