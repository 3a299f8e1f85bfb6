import { z } from 'zod';

/** A name of a port, or its number. */
const PORT = z.union([z.string(), z.number()]);
const ITEMS = z.array(z.object({ key: z.string(), path: z.string() })).optional();

const PROBE = z.object({
  httpGet: z.object({ path: z.string().default('/'), port: PORT }).optional(),
  tcpSocket: z.object({ port: PORT }).optional(),
  exec: z.object({ command: z.array(z.string()) }).optional(),
  initialDelaySeconds: z.number().default(0),
  periodSeconds: z.number().default(10),
  timeoutSeconds: z.number().default(1),
  successThreshold: z.number().default(1),
  failureThreshold: z.number().default(3),
});

const ENV = z.strictObject({
  name: z.string(),
  value: z.string().default(''),
  valueFrom: z
    .strictObject({
      fieldRef: z.object({ fieldPath: z.literal('status.podIP') }),
    })
    .optional(),
});

const CONTAINER = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(ENV).default([]),
  envFrom: z
    .array(
      z.strictObject({
        configMapRef: z.object({ name: z.string(), optional: z.boolean().default(false) }),
      }),
    )
    .default([]),
  ports: z.array(z.object({ name: z.string().default(''), containerPort: z.number() })).default([]),
  volumeMounts: z
    .array(
      z.strictObject({
        name: z.string(),
        mountPath: z.string(),
        readOnly: z.boolean().default(false),
      }),
    )
    .default([]),
  startupProbe: PROBE.optional(),
  livenessProbe: PROBE.optional(),
  readinessProbe: PROBE.optional(),
  lifecycle: z
    .strictObject({ preStop: z.strictObject({ sleep: z.object({ seconds: z.number() }) }) })
    .optional(),
  securityContext: z
    .object({
      allowPrivilegeEscalation: z.boolean().default(true),
      readOnlyRootFilesystem: z.boolean().default(false),
    })
    .default({ allowPrivilegeEscalation: true, readOnlyRootFilesystem: false }),
});

const MODE = z.number().default(0o644);
const KEPT = z.object({ name: z.string(), items: ITEMS, optional: z.boolean().default(false) });
const SOURCE = z.strictObject({ secret: KEPT.optional(), configMap: KEPT.optional() });
const VOLUME = z.strictObject({
  name: z.string(),
  configMap: z.object({ name: z.string(), items: ITEMS, defaultMode: MODE }).optional(),
  secret: z.object({ secretName: z.string(), items: ITEMS, defaultMode: MODE }).optional(),
  projected: z.object({ sources: z.array(SOURCE), defaultMode: MODE }).optional(),
  emptyDir: z.object({ sizeLimit: z.string().default('1Gi') }).optional(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
});

const CONDITION = z.looseObject({
  type: z.string(),
  status: z.string(),
  lastTransitionTime: z.string().nullable().default(null),
});

/**
 * A pod as the API server has it: what of it the stand-in for a kubelet heeds. Of volumes and variables it
 * refuses what it does not know.
 */
export const POD = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
    deletionGracePeriodSeconds: z.number().default(30),
  }),
  spec: z.object({
    nodeName: z.string().default(''),
    restartPolicy: z.enum(['Always', 'OnFailure', 'Never']),
    initContainers: z.array(CONTAINER).default([]),
    containers: z.array(CONTAINER),
    volumes: z.array(VOLUME).default([]),
    securityContext: z
      .object({
        runAsUser: z.number().default(0),
        runAsGroup: z.number().default(0),
        fsGroup: z.number().default(0),
      })
      .default({ runAsUser: 0, runAsGroup: 0, fsGroup: 0 }),
  }),
  status: z.object({
    phase: z.string().default('Pending'),
    conditions: z.array(CONDITION).default([]),
  }),
});

export type PodObject = z.infer<typeof POD>;
export type PodContainer = z.infer<typeof CONTAINER>;
export type PodVolume = z.infer<typeof VOLUME>;
export type PodProbe = z.infer<typeof PROBE>;
export type PodCondition = z.infer<typeof CONDITION>;

/** Where a pod is in the API. */
export function podPath({ metadata }: PodObject): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}
