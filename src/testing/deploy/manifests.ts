import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const NAMED = z.looseObject({ name: z.string() });
const ITEMS = z.array(z.looseObject({ key: z.string(), path: z.string() })).optional();
const OPTIONAL = NAMED.extend({ optional: z.boolean().default(false) });
const SOURCE = OPTIONAL.extend({ items: ITEMS });
const LABELS = z.record(z.string(), z.string());
/** A name of a port, or its number. */
const PORT = z.union([z.string(), z.number()]);
const PROBE = z
  .looseObject({
    httpGet: z.looseObject({ path: z.string(), port: PORT }).optional(),
    tcpSocket: z.looseObject({ port: PORT }).optional(),
  })
  .optional();

const CONTAINER = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
  envFrom: z.array(z.looseObject({ configMapRef: OPTIONAL })).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
  startupProbe: PROBE,
  livenessProbe: PROBE,
  readinessProbe: PROBE,
  lifecycle: z
    .looseObject({
      preStop: z.looseObject({ sleep: z.looseObject({ seconds: z.number() }) }).optional(),
    })
    .optional(),
});

const VOLUME = z.looseObject({
  name: z.string(),
  configMap: z.looseObject({ name: z.string(), items: ITEMS }).optional(),
  secret: z.looseObject({ secretName: z.string(), items: ITEMS }).optional(),
  projected: z
    .looseObject({
      sources: z.array(z.looseObject({ secret: SOURCE.optional(), configMap: SOURCE.optional() })),
    })
    .optional(),
  persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
});

const POD = z.looseObject({
  serviceAccountName: z.string(),
  automountServiceAccountToken: z.boolean(),
  enableServiceLinks: z.boolean(),
  terminationGracePeriodSeconds: z.number().default(30),
  initContainers: z.array(CONTAINER).default([]),
  containers: z.array(CONTAINER),
  volumes: z.array(VOLUME).default([]),
});

const TEMPLATE = z.looseObject({
  metadata: z.looseObject({ labels: LABELS }),
  spec: POD,
});

const MANIFEST = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: LABELS.default({}),
    annotations: LABELS.default({}),
  }),
});

/** An object as it is applied. */
export type Manifest = z.infer<typeof MANIFEST>;
export type Container = z.infer<typeof CONTAINER>;
export type Pod = z.infer<typeof POD>;

/** Something that makes pods. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: Pod;
  /** Names of the volumes that it claims for each pod. */
  readonly claims: readonly string[];
}

/** The objects of a rendering; empty documents are none. */
export function parseManifests(yaml: string): Manifest[] {
  return parseAllDocuments(yaml)
    .map((document): unknown => document.toJS())
    .filter((value) => value !== null && value !== undefined)
    .map((value) => MANIFEST.parse(value));
}

/** Reads a part of an object by its schema. */
export function ofKind<T>(objects: readonly Manifest[], kind: string, spec: z.ZodType<T>) {
  return objects
    .filter((object) => object.kind === kind)
    .map((object) => ({ ...object.metadata, spec: spec.parse(object.spec) }));
}

const SPEC_WITH_TEMPLATE = z.looseObject({
  template: TEMPLATE,
  volumeClaimTemplates: z.array(z.looseObject({ metadata: NAMED })).default([]),
});
const CRON_SPEC = z.looseObject({ jobTemplate: z.looseObject({ spec: SPEC_WITH_TEMPLATE }) });

/** Everything that makes pods, and pods that are there by themselves. */
export function workloads(objects: readonly Manifest[]): Workload[] {
  return objects.flatMap((object) => {
    const { kind, metadata } = object;
    const { name } = metadata;
    if (kind === 'Pod') {
      return [{ kind, name, labels: metadata.labels, pod: POD.parse(object.spec), claims: [] }];
    }
    if (!['Deployment', 'StatefulSet', 'Job', 'CronJob'].includes(kind)) return [];
    const spec =
      kind === 'CronJob'
        ? CRON_SPEC.parse(object.spec).jobTemplate.spec
        : SPEC_WITH_TEMPLATE.parse(object.spec);
    return [
      {
        kind,
        name,
        labels: spec.template.metadata.labels,
        pod: spec.template.spec,
        claims: spec.volumeClaimTemplates.map((claim) => claim.metadata.name),
      },
    ];
  });
}

/** ConfigMaps and Secrets by their names: what is in them, or, of a Secret that others make, the keys. */
export interface Keys {
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

const EXTERNAL_SECRET = z.looseObject({
  target: NAMED,
  data: z.array(z.looseObject({ secretKey: z.string() })),
});

/**
 * @param given - Secrets that are there already, with their keys
 */
export function keysOf(
  objects: readonly Manifest[],
  given: Readonly<Record<string, readonly string[]>> = {},
): Keys {
  const unknown = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, '']));
  const dataOf = (kind: string) =>
    objects
      .filter((object) => object.kind === kind)
      .map((object) => {
        const data = LABELS.parse(object.data ?? object.stringData ?? {});
        const read = kind === 'Secret' && object.data !== undefined ? decodeAll(data) : data;
        return [object.metadata.name, read] as const;
      });
  const external = ofKind(objects, 'ExternalSecret', EXTERNAL_SECRET).map(
    ({ spec }) => [spec.target.name, unknown(spec.data.map(({ secretKey }) => secretKey))] as const,
  );
  const there = Object.entries(given).map(([name, keys]) => [name, unknown(keys)] as const);
  return {
    configMaps: new Map(dataOf('ConfigMap')),
    secrets: new Map([...dataOf('Secret'), ...external, ...there]),
  };
}

function decodeAll(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

/** A file that a container finds, and what it comes from. */
interface MountedFile {
  readonly path: string;
  readonly of: 'ConfigMap' | 'Secret';
  readonly object: string;
  readonly key: string;
}

/** The files of ConfigMaps and Secrets that a container finds. Keys may be none of the object's. */
export function mountedFiles(pod: Pod, container: Container, keys: Keys): MountedFile[] {
  return container.volumeMounts.flatMap((mount) => {
    const volume = pod.volumes.find(({ name }) => name === mount.name);
    const files = (
      of: MountedFile['of'],
      object: string,
      items: z.infer<typeof ITEMS>,
    ): MountedFile[] => {
      const known = (of === 'Secret' ? keys.secrets : keys.configMaps).get(object) ?? {};
      const chosen = items ?? Object.keys(known).map((key) => ({ key, path: key }));
      return chosen.map(({ key, path }) => ({
        path: `${mount.mountPath}/${path}`,
        of,
        object,
        key,
      }));
    };
    if (volume?.secret !== undefined) {
      return files('Secret', volume.secret.secretName, volume.secret.items);
    }
    if (volume?.configMap !== undefined) {
      return files('ConfigMap', volume.configMap.name, volume.configMap.items);
    }
    const sources = volume?.projected?.sources ?? [];
    return sources.flatMap(({ secret, configMap }) => [
      ...(secret ? files('Secret', secret.name, secret.items) : []),
      ...(configMap ? files('ConfigMap', configMap.name, configMap.items) : []),
    ]);
  });
}

/** The environment of a container, less what only a cluster knows. */
export function environmentOf(container: Container, keys: Keys): Record<string, string> {
  const settings = container.envFrom.map(({ configMapRef }) => {
    return keys.configMaps.get(configMapRef.name) ?? {};
  });
  const own = container.env.flatMap(({ name, value }) => {
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.assign({}, ...settings, Object.fromEntries(own));
}

/** Whether a container is of the server's image. */
export function isGatehouse({ image }: Pick<Container, 'image'>): boolean {
  return /(^|\/)gatehouse[:@]/.test(image);
}
