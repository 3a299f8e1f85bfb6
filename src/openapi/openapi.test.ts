import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ACCOUNT_ROUTES } from '../account-page/route-table.ts';
import { HEALTH_ROUTES } from '../http/health.ts';
import { createPageAssets } from '../http/page-assets.ts';
import { createPageRenderer, type PageContext } from '../http/render-page.ts';
import { messagesFor } from '../interactions/messages/messages.ts';
import { HOSTED_ROUTES } from '../interactions/route-table.ts';
import { documentProblems } from '../testing/api-document.ts';
import { ordinaryNames, pageSamples, sampleFrame } from '../testing/page-samples.ts';
import { VIEWS } from '../testing/page-server.ts';
import { parseHtml } from '../testing/parse-html.ts';
import type { Operation } from './document.ts';
import { describeApi } from './openapi.ts';
import { PAGES } from './pages.ts';
import { API_DOCUMENT, renderApiDocument } from './write-openapi-docs.ts';

const PAGE_ROUTES = [...HOSTED_ROUTES, ...ACCOUNT_ROUTES];
const document = describeApi('https://login.example', '1.2.3');
const operations: [string, Operation][] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]): [string, Operation] => [
    `${method.toUpperCase()} ${path}`,
    operation,
  ]),
);

describe('the OpenAPI document', () => {
  it('is valid by the meta-schema of OpenAPI 3.1, which refuses what is not', async () => {
    assert.deepEqual(await documentProblems(document), []);
    const broken = { ...document, paths: { 'no-slash': {} } };
    assert.notDeepEqual(await documentProblems(broken), []);
  });

  it('is what `npm run docs:openapi` writes', () => {
    const written = readFileSync(API_DOCUMENT, 'utf8');
    assert.equal(written, renderApiDocument(), 'stale: run `npm run docs:openapi`');
  });

  it('has every route of the tables, and describes none that is not there', () => {
    const routes = PAGE_ROUTES.map(({ method, path }) => `${method} ${path}`);
    assert.ok(routes.length > 70);
    assert.deepEqual(Object.keys(PAGES).sort(), routes.sort());
    const probes = Object.keys(HEALTH_ROUTES).map((path) => `GET ${path}`);
    const names = operations.map(([name]) => name);
    for (const route of [...routes.map(asTemplate), ...probes]) {
      assert.ok(names.includes(route), route);
    }
  });

  it('names each operation once, and each part of its path', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const [name, { operationId, parameters = [] }] of operations) {
      assert.match(operationId, /^[a-z][A-Za-z0-9]+$/, name);
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
      const described = parameters.filter((one) => one.in === 'path').map((one) => one.name);
      assert.deepEqual(described, inPath, name);
    }
  });

  it('has the fields that forms of pages have', async () => {
    const forms = await sampleForms();
    assert.ok(forms.size > 40, String(forms.size));
    for (const [path, fields] of forms) {
      const operation = operations.find(([name]) => name === `POST ${path}`)?.[1];
      const [content] = Object.values(operation?.requestBody?.content ?? {});
      const { properties = {} } = (content?.schema ?? {}) as { properties?: object };
      assert.deepEqual(Object.keys(properties).sort(), [...fields].sort(), path);
    }
  });
});

function asTemplate(route: string): string {
  return route.replaceAll(/:(\w+)/g, '{$1}');
}

/** Names of the fields of every form of every sample, by where it is sent. */
async function sampleForms(): Promise<Map<string, Set<string>>> {
  const render = await createPageRenderer(VIEWS, await createPageAssets(`${VIEWS}assets`, ''));
  const messages = await messagesFor(['en']);
  const forms = new Map<string, Set<string>>();
  for (const page of Object.values(pageSamples(messages, ordinaryNames))) {
    const ctx: PageContext = { status: 0, type: '', body: '', set: () => undefined };
    render(ctx, sampleFrame(messages, ordinaryNames), page);
    for (const form of parseHtml(String(ctx.body)).querySelectorAll('form')) {
      const action = form.getAttribute('action') ?? '';
      const path = action.replace(/^\/interaction\/[^/]+/, '/interaction/{uid}');
      const fields = forms.get(path) ?? new Set();
      forms.set(path, fields);
      for (const field of form.querySelectorAll('[name]')) {
        fields.add(field.getAttribute('name') ?? '');
      }
    }
  }
  return forms;
}
