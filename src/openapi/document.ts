import { z } from 'zod';
import { COMPONENTS, type ComponentName } from './schemas.ts';

/** A schema, or a reference to one. JSON Schema 2020-12. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<
    Record<string, { readonly description?: string; readonly schema: Schema }>
  >;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

export interface Reference {
  readonly $ref: string;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required: true;
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  /** By status, or by a class such as `4XX`. */
  readonly responses: Readonly<Record<string, Answer | Reference>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly servers?: readonly Server[];
}

export interface Server {
  readonly url: string;
  readonly description?: string;
}

export type Method = 'get' | 'post';
export type PathItem = Partial<Record<Method, Operation>>;

/** An OpenAPI description, version 3.1. */
export interface ApiDescription {
  readonly openapi: '3.1.1';
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly Server[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly schemas: Readonly<Record<ComponentName, Schema>>;
    readonly responses: Readonly<Record<SharedAnswer, Answer>>;
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

/** Media types, once. */
export const JSON_TYPE = 'application/json';
const HTML_TYPE = 'text/html';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Refers to a schema of the document. */
export function ref(name: ComponentName): Schema & Reference {
  return { $ref: `#/components/schemas/${name}` };
}

/** A zod schema as JSON Schema, in the dialect that OpenAPI 3.1 has. */
function schemaOf(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    // What comes in may have more than we know; what goes out is as it is.
    io: 'input',
  });
  return rest;
}

/** Every schema of `schemas.ts`. */
export function componentSchemas(): Record<ComponentName, Schema> {
  const entries = Object.entries(COMPONENTS).map(([name, schema]) => [name, schemaOf(schema)]);
  return Object.fromEntries(entries);
}

/** The members of an object schema as parameters of a query. */
export function queryOf(schema: z.ZodObject): Parameter[] {
  const { properties, required } = schemaOf(schema) as {
    properties: Record<string, Schema & { description?: string }>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    ...(required?.includes(name) === true && { required: true }),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

/** Answers that many operations share, by the name that the document has them under. */
export type SharedAnswer =
  | 'Page'
  | 'LeadsOn'
  | 'Refused'
  | 'Unavailable'
  | 'Fault'
  | 'RefusedPage'
  | 'UnavailablePage'
  | 'FaultPage';

const RETRY_AFTER = { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } };
const PAGE_CONTENT = { [HTML_TYPE]: { schema: { type: 'string' } } };
/** By what the request accepts. */
const PROBLEM_CONTENT = { [JSON_TYPE]: { schema: ref('Problem') }, ...PAGE_CONTENT };

const REFUSED = { description: 'Refused; 429 says when to ask again.', headers: RETRY_AFTER };
const UNAVAILABLE = {
  description: 'Not to be answered at this moment. Nothing was used up.',
  headers: RETRY_AFTER,
};
const FAULT = { description: 'Our fault. `request_id` is what to quote.' };

export const SHARED_ANSWERS: Readonly<Record<SharedAnswer, Answer>> = {
  Page: { description: 'A page.', content: PAGE_CONTENT },
  LeadsOn: {
    description: 'Leads on.',
    headers: { Location: { schema: { type: 'string', format: 'uri-reference' } } },
    content: { ...PAGE_CONTENT, 'text/plain': { schema: { type: 'string' } } },
  },
  Refused: { ...REFUSED, content: PROBLEM_CONTENT },
  Unavailable: { ...UNAVAILABLE, content: PROBLEM_CONTENT },
  Fault: { ...FAULT, content: PROBLEM_CONTENT },
  RefusedPage: { ...REFUSED, content: PAGE_CONTENT },
  UnavailablePage: { ...UNAVAILABLE, content: PAGE_CONTENT },
  FaultPage: { ...FAULT, content: PAGE_CONTENT },
};

/** Refers to one of them. */
function shared(name: SharedAnswer): Reference {
  return { $ref: `#/components/responses/${name}` };
}

export const PAGE = shared('Page');
export const LEADS_ON = shared('LeadsOn');

/** What comes of a machine's question that is not answered as it wished. */
export const REFUSALS = {
  '4XX': shared('Refused'),
  500: shared('Fault'),
  503: shared('Unavailable'),
};

/** The same of a browser's: always pages. */
export const PAGE_REFUSALS = {
  '4XX': shared('RefusedPage'),
  500: shared('FaultPage'),
  503: shared('UnavailablePage'),
};
