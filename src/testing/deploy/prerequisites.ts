import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Manifest } from './manifests.ts';
import { ROOT } from './trial.ts';

/** Who makes something of a group of objects that Kubernetes itself does not know. */
const OPERATORS: Readonly<Record<string, string>> = {
  'monitoring.coreos.com': 'Prometheus Operator',
  'external-secrets.io': 'External Secrets Operator',
  'gateway.networking.k8s.io': 'Gateway API',
};

/** What kinds of objects want of a cluster that not every one has. */
const OF_KINDS: Readonly<Record<string, string>> = {
  NetworkPolicy: 'NetworkPolicy',
  HorizontalPodAutoscaler: 'metrics server',
};

const NAMES = z.object({ name: z.string(), namespace: z.string().optional() });
const NAMESPACE = 'kubernetes.io/metadata.name';
/** Keys under which an object names something that is there already. */
const OTHERS = {
  secretStoreRef: (value: unknown) => [NAMES.parse(value).name],
  parentRefs: (value: unknown) =>
    z
      .array(NAMES)
      .parse(value)
      .flatMap(({ name, namespace = '' }) => [name, namespace]),
  'cert-manager.io/cluster-issuer': (value: unknown) => ['cert-manager', z.string().parse(value)],
  [NAMESPACE]: (value: unknown) => [z.string().parse(value)],
} as const;
const EXPRESSION = z.object({ key: z.literal(NAMESPACE), values: z.array(z.string()) });
const CLAIM = z.object({ accessModes: z.unknown(), storageClassName: z.undefined().optional() });

/** What a cluster has to have before these objects do what they are for: words, each once. */
export function prerequisitesOf(objects: readonly Manifest[]): string[] {
  const groups = objects.flatMap(({ apiVersion, kind }) => [
    OPERATORS[apiVersion.split('/')[0] ?? ''] ?? [],
    OF_KINDS[kind] ?? [],
  ]);
  return [...new Set([...groups.flat(), ...objects.flatMap((object) => namedIn(object))])];
}

/** Looks into all of a value, whatever object it is of. */
function namedIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namedIn);
  if (typeof value !== 'object' || value === null) return [];
  const expression = EXPRESSION.safeParse(value);
  const own = [
    ...(expression.success ? expression.data.values : []),
    ...(CLAIM.safeParse(value).success ? ['default StorageClass'] : []),
  ];
  return Object.entries(value)
    .flatMap(([key, inner]) => [
      ...(key in OTHERS ? OTHERS[key as keyof typeof OTHERS](inner) : []),
      ...namedIn(inner),
    ])
    .concat(own);
}

/**
 * Whether the table of docs/deploy.md names all that these objects need of a cluster.
 *
 * @returns a sentence for each that it does not
 */
export async function prerequisiteProblems(objects: readonly Manifest[]): Promise<string[]> {
  const manual = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8');
  const [table = ''] = /\| what \| for \| where its name stands \|\n(?:\|.*\n)*/.exec(manual) ?? [];
  return prerequisitesOf(objects)
    .filter((what) => !new RegExp(`(?<![\\w-])${what}(?![\\w-])`).test(table))
    .map((what) => `docs/deploy.md does not say that a cluster needs ${what}`);
}
