/**
 * The HTTP surface as an OpenAPI 3.1 document: what machines ask (`protocol.ts`), what people's browsers
 * ask (the tables of routes themselves, with `pages.ts` beside them), and what operators ask. Schemas
 * are those of `schemas.ts`. No route goes without a description: making the document fails then, and a
 * test with it.
 */
import { ACCOUNT_ROUTES } from '../account-page/route-table.ts';
import { HEALTH_ROUTES } from '../http/health.ts';
import { HOSTED_ROUTES } from '../interactions/route-table.ts';
import { API_DESCRIPTION_PATH } from './api-description-path.ts';
import {
  type ApiDescription,
  componentSchemas,
  FORM_TYPE,
  JSON_TYPE,
  LEADS_ON,
  type Operation,
  PAGE,
  PAGE_REFUSALS,
  type Parameter,
  type PathItem,
  REFUSALS,
  ref,
  type Schema,
  SHARED_ANSWERS,
} from './document.ts';
import { PAGES } from './pages.ts';
import { PROTOCOL_PATHS } from './protocol.ts';

const TEXT: Schema = { type: 'string' };

/** A route of a table of pages. */
interface PageRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whether it takes a token against forgery; `origin`: its origin alone is looked at. */
  readonly csrf?: boolean | 'origin';
}

/**
 * Makes the document of one issuer.
 *
 * @param issuer - what every path is below, but those of operators
 * @param version - of the release that serves it
 * @throws TypeError when a route is not described
 */
export function describeApi(issuer: string, version: string): ApiDescription {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Gatehouse',
      version,
      summary: 'An OpenID Connect and OAuth 2.0 identity provider.',
      description:
        'Clients need none of this: they are configured by `/.well-known/openid-configuration`. Paths are below the issuer of a tenant. Answers to HEAD are those to GET without a body.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: issuer, description: 'The issuer.' }],
    tags: [
      { name: 'protocol', description: 'OpenID Connect and OAuth 2.0.' },
      {
        name: 'pages',
        description: 'What people meet in a sign-in. Forms carry tokens of theirs.',
      },
      { name: 'account', description: 'What people see and change of their own account.' },
      { name: 'operation', description: 'For probes, monitors and tools.' },
    ],
    paths: sorted({
      ...PROTOCOL_PATHS,
      ...pagePaths(HOSTED_ROUTES, 'pages'),
      ...pagePaths(ACCOUNT_ROUTES, 'account'),
      ...operationPaths(),
    }),
    components: {
      schemas: componentSchemas(),
      responses: SHARED_ANSWERS,
      securitySchemes: {
        clientBasic: {
          type: 'http',
          scheme: 'basic',
          description: 'The client’s id and secret, form-encoded each. RFC 6749, section 2.3.1.',
        },
        accessToken: { type: 'http', scheme: 'bearer', description: 'RFC 6750.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'gatehouse_session_default',
          description: 'The session of a browser; each tenant’s cookie is named after it.',
        },
      },
    },
  };
}

function pagePaths(routes: readonly PageRoute[], tag: 'pages' | 'account') {
  const paths: Record<string, PathItem> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const method = route.method === 'GET' ? 'get' : 'post';
    paths[path] = { ...paths[path], [method]: pageOperation(route, tag) };
  }
  return paths;
}

function pageOperation(route: PageRoute, tag: 'pages' | 'account'): Operation {
  const key = `${route.method} ${route.path}`;
  const described = PAGES[key];
  if (described === undefined) throw new TypeError(`${key} is not described in openapi/pages.ts`);
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const parameters: Parameter[] = names.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: TEXT,
  }));
  return {
    operationId: operationIdOf(route),
    tags: [tag],
    summary: described.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(route.method === 'POST' && { requestBody: formOf(described.fields, route) }),
    security: tag === 'account' ? [{ session: [] }] : [],
    responses: {
      200: route.path.endsWith('/data/download')
        ? { description: 'A file.', content: { [JSON_TYPE]: { schema: { type: 'object' } } } }
        : PAGE,
      303: LEADS_ON,
      ...PAGE_REFUSALS,
    },
  };
}

/** Letters of the method and the path alone, since code is generated from it. */
function operationIdOf({ method, path }: PageRoute): string {
  const words = `${method.toLowerCase()}/${path}`.split(/\W+/).filter((word) => word !== '');
  return words
    .map((word, at) => (at === 0 ? word : word[0]?.toUpperCase() + word.slice(1)))
    .join('');
}

function formOf(
  fields: readonly string[],
  route: PageRoute,
): NonNullable<Operation['requestBody']> {
  const protectedBy = route.csrf === 'origin' ? [] : ['csrf'];
  const names = [...protectedBy, ...fields];
  const schema = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace('?', ''), TEXT])),
    required: names.filter((name) => !name.endsWith('?')),
  };
  return { required: true, content: { [FORM_TYPE]: { schema } } };
}

function operationPaths(): Record<string, PathItem> {
  const probes = Object.entries(HEALTH_ROUTES).map(([path, asks]): [string, PathItem] => [
    path,
    {
      get: {
        operationId: operationIdOf({ method: 'GET', path }),
        tags: ['operation'],
        summary: asks === 'live' ? 'Whether the process lives.' : 'Whether requests are welcome.',
        description: 'On both ports, whatever the Host; not below a path.',
        security: [],
        responses: {
          200: { description: 'Yes.', content: { [JSON_TYPE]: { schema: ref('Health') } } },
          503: { description: 'No.', content: { [JSON_TYPE]: { schema: ref('Health') } } },
        },
      },
    },
  ]);
  return {
    ...Object.fromEntries(probes),
    [API_DESCRIPTION_PATH]: {
      get: {
        operationId: 'apiDescription',
        tags: ['operation'],
        summary: 'This document.',
        security: [],
        responses: {
          200: {
            description: 'An OpenAPI 3.1 document.',
            content: { [JSON_TYPE]: { schema: { type: 'object', required: ['openapi'] } } },
          },
          304: { description: 'As you have it.' },
          ...REFUSALS,
        },
      },
    },
    '/metrics': {
      get: {
        operationId: 'metrics',
        tags: ['operation'],
        summary: 'Metrics, for Prometheus.',
        description: 'On ADMIN_PORT alone, which is never public.',
        security: [],
        servers: [{ url: 'http://localhost:9464', description: 'ADMIN_PORT.' }],
        responses: {
          200: { description: 'Metrics.', content: { 'text/plain': { schema: TEXT } } },
          500: { description: 'Our fault.', content: { [JSON_TYPE]: { schema: ref('Problem') } } },
        },
      },
    },
  };
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
