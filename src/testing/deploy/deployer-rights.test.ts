import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ROOT } from './trial.ts';

const DIRECTORY = join(ROOT, 'deploy/kubernetes');
const DEPLOYER = 'deployer.yaml';
const OBJECT = z.looseObject({ apiVersion: z.string(), kind: z.string() });
const ROLE = z.object({
  rules: z.array(
    z.object({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      verbs: z.array(z.string()),
    }),
  ),
});

/** What kustomize makes beside what the files have. */
const GENERATED = ['/configmaps', '/secrets'];
/** What `kubectl apply` and `kubectl diff` do with an object. */
const APPLY = ['get', 'create', 'patch'];
/** Besides: `rollout status`, `rollout undo`, and `exec` of a deployment. */
const BESIDES = [
  'apps/deployments list',
  'apps/deployments watch',
  'apps/replicasets get',
  'apps/replicasets list',
  '/pods get',
  '/pods list',
  '/pods/exec get',
  '/pods/exec create',
];

async function objectsOf(file: string) {
  const text = await readFile(join(DIRECTORY, file), 'utf8');
  // Seeds of an overlay are no manifest.
  return parseAllDocuments(text).flatMap(
    (document) => OBJECT.safeParse(document.toJS()).data ?? [],
  );
}

/** A kind as roles call it, such as `apps/deployments`. */
function resourceOf({ apiVersion, kind }: z.infer<typeof OBJECT>): string {
  const group = apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
  const one = kind.toLowerCase();
  const many = /[^aeiou]y$/.test(one)
    ? `${one.slice(0, -1)}ies`
    : `${one}${one.endsWith('s') ? 'es' : 's'}`;
  return `${group}/${many}`;
}

describe('who puts releases into a cluster', () => {
  it('may apply each kind that overlays and components have, see it come up, and no more', async () => {
    const files = await readdir(DIRECTORY, { recursive: true });
    const applied = new Set(GENERATED);
    for (const file of files) {
      const isManifest =
        /\.yaml$/.test(file) && !/(kustomization|job-names|deployer)\.yaml$/.test(file);
      if (!isManifest) continue;
      for (const object of await objectsOf(file)) applied.add(resourceOf(object));
    }
    const wanted = [...applied].flatMap((resource) => APPLY.map((verb) => `${resource} ${verb}`));
    const role = (await objectsOf(DEPLOYER)).find(({ kind }) => kind === 'Role');
    const granted = ROLE.parse({ rules: role?.rules }).rules.flatMap(
      ({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`)),
        ),
    );
    assert.deepEqual(granted.toSorted(), [...wanted, ...BESIDES].toSorted());
  });
});
