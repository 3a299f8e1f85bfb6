import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { dashboardFiles } from './write-dashboards.ts';

const DIRECTORY = new URL('../../../deploy/grafana/dashboards/', import.meta.url);
const RUNBOOKS = new URL('../../../docs/runbooks/', import.meta.url);
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

interface Shipped {
  readonly uid: string;
  readonly title: string;
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string }[];
  };
  readonly panels: readonly ShippedPanel[];
}

interface ShippedPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: object;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly {
    readonly refId: string;
    readonly datasource: object;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } };
}

async function shipped(): Promise<Shipped[]> {
  const names = (await readdir(DIRECTORY)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, DIRECTORY), 'utf8')));
  return texts.map((text) => JSON.parse(text));
}

function overlap({ gridPos: a }: ShippedPanel, { gridPos: b }: ShippedPanel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe('the dashboards of deploy/grafana', () => {
  it('are what the tables say: `npm run docs:dashboards` writes them', async () => {
    const files = dashboardFiles();
    for (const { file, text } of files) assert.equal(await readFile(file, 'utf8'), text, file.href);
    assert.equal((await readdir(DIRECTORY)).length, files.length);
  });

  it('have addresses and titles of their own', async () => {
    const dashboards = await shipped();
    assert.ok(dashboards.length >= 5);
    for (const part of ['uid', 'title'] as const) {
      assert.equal(new Set(dashboards.map((one) => one[part])).size, dashboards.length, part);
    }
  });

  it('ask the Prometheus that is chosen, and no other', async () => {
    for (const { uid, templating, panels } of await shipped()) {
      const variables = templating.list.map(({ name, type }) => `${type} ${name}`);
      assert.deepEqual(variables, ['datasource datasource', 'query namespace'], uid);
      for (const { title, datasource, targets = [], type } of panels) {
        if (type !== 'row') assert.deepEqual(datasource, DATASOURCE, title);
        for (const target of targets) assert.deepEqual(target.datasource, DATASOURCE, title);
      }
    }
  });

  it('show one deployment of those that a Prometheus knows', async () => {
    for (const { uid, panels } of await shipped()) {
      for (const { expr } of panels.flatMap(({ targets = [] }) => targets)) {
        const selectors = expr.match(/\{/g)?.length;
        const own = expr.match(/\{namespace="\$namespace",/g)?.length;
        assert.equal(own, selectors, `${uid}: ${expr}`);
      }
    }
  });

  it('have panels with ids of their own that lie beside each other, within the grid', async () => {
    for (const { uid, panels } of await shipped()) {
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, uid);
      for (const [index, panel] of panels.entries()) {
        const { x, w } = panel.gridPos;
        assert.ok(x >= 0 && w > 0 && x + w <= 24, `${uid}: ${panel.title}`);
        for (const other of panels.slice(index + 1)) {
          assert.ok(!overlap(panel, other), `${uid}: ${panel.title} lies on ${other.title}`);
        }
      }
    }
  });

  it('say in words what each panel shows, in which unit, and which runbook helps', async () => {
    for (const { uid, panels } of await shipped()) {
      for (const { title, type, description = '', fieldConfig, targets = [] } of panels) {
        if (type === 'row') continue;
        const where = `${uid}: ${title}`;
        assert.match(description, /^.{15,}\.$/, where);
        assert.ok(fieldConfig?.defaults.unit, where);
        assert.ok(targets.length > 0, where);
        assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, where);
        for (const { legendFormat } of targets) assert.ok(legendFormat, where);
        const [, runbook] = /Runbook: (\S+)\.$/.exec(description) ?? [];
        if (runbook !== undefined) await access(new URL(`${runbook}.md`, RUNBOOKS));
      }
    }
  });
});
