import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ROOT } from './trial.ts';

const DIRECTORY = join(ROOT, 'deploy/kubernetes');
const DEPLOYER = 'deployer.yaml';
/** Beside it, where files bring the secrets. */
const DEPLOYER_OF_SECRETS = 'deployer-secrets.yaml';
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

/** What kustomize makes beside what the files have, and prometheus-rule.sh. */
const GENERATED = ['/configmaps', 'monitoring.coreos.com/prometheusrules'];
/** What an administrator applies: `deploy.yml` looks at it, and leaves it out. */
const NAMESPACE = '/namespaces';
/** What `kubectl apply` and `kubectl diff` do with an object. */
const APPLY = ['get', 'create', 'patch'];
/** Besides: `rollout status`, `rollout undo`, and `exec` of a deployment. */
const BESIDES = [
  `${NAMESPACE} get`,
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

/** What a file's Role grants, as `group/resource verb`. */
async function grantedBy(file: string): Promise<string[]> {
  const role = (await objectsOf(file)).find(({ kind }) => kind === 'Role');
  return ROLE.parse({ rules: role?.rules }).rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`)),
    ),
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
        /\.yaml$/.test(file) &&
        !/(kustomization|job-names|deployer|deployer-secrets)\.yaml$/.test(file);
      if (!isManifest) continue;
      for (const object of await objectsOf(file)) applied.add(resourceOf(object));
    }
    assert.ok(applied.delete(NAMESPACE));
    const wanted = [...applied].flatMap((resource) => APPLY.map((verb) => `${resource} ${verb}`));
    assert.deepEqual((await grantedBy(DEPLOYER)).toSorted(), [...wanted, ...BESIDES].toSorted());
  });

  it('may make secrets where files bring them, and reads and changes none anywhere', async () => {
    assert.deepEqual(await grantedBy(DEPLOYER_OF_SECRETS), ['/secrets create']);
    const bindings = (await objectsOf(DEPLOYER_OF_SECRETS)).filter(
      ({ kind }) => kind === 'RoleBinding',
    );
    const account = (await objectsOf(DEPLOYER)).find(({ kind }) => kind === 'ServiceAccount');
    const { name } = z.object({ name: z.string() }).parse(account?.metadata);
    assert.deepEqual(
      bindings.map(({ subjects }) => subjects),
      [[{ kind: 'ServiceAccount', name }]],
    );
  });
});
