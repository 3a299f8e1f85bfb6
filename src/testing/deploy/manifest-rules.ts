import { z } from 'zod';
import { CONNECTION_RESERVE } from '../../connection-budget.ts';
import { includeProblems } from './included-files.ts';
import {
  environmentOf,
  isGatehouse,
  type Keys,
  type Manifest,
  mountedFiles,
  ofKind,
  type Workload,
  workloads,
} from './manifests.ts';
import { monitoringProblems } from './monitoring-rules.ts';
import { networkProblems } from './network-rules.ts';
import { reachProblems } from './reach-rules.ts';
import { hasPort, SELECTOR, SERVICE, type Selector, selects } from './selectors.ts';
import { serverSettingProblems } from './server-settings.ts';

const AUTOSCALER = z.looseObject({
  scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
  maxReplicas: z.number(),
});
const DEPLOYMENT = z.looseObject({
  replicas: z.number().optional(),
  strategy: z.looseObject({ rollingUpdate: z.looseObject({ maxSurge: z.number() }) }),
});
const MONITOR = z.looseObject({
  selector: SELECTOR,
  endpoints: z.array(z.looseObject({ port: z.string() })),
});
const SELECTS_PODS = z.looseObject({ selector: SELECTOR });

/** Seconds that a pod must have left when the server has said its last word. */
const GRACE_LEFT_SECONDS = 5;

/**
 * What schemas do not see: what objects say of one another, and of the server.
 *
 * @returns a sentence for each problem
 */
export function manifestProblems(objects: readonly Manifest[], keys: Keys): string[] {
  const all = workloads(objects);
  return [
    ...all.flatMap((workload) => [
      ...referenceProblems(objects, workload, keys),
      ...probeProblems(workload),
      ...settingProblems(workload, keys),
      ...endingProblems(workload, keys),
      ...fileProblems(workload, keys),
      ...authorityProblems(workload, keys),
    ]),
    ...selectionProblems(objects, all),
    ...networkProblems(objects, all, keys),
    ...reachProblems(objects, all),
    ...monitoringProblems(objects, all),
    ...connectionProblems(objects, all, keys),
  ];
}

function referenceProblems(
  objects: readonly Manifest[],
  { kind, name, pod, claims }: Workload,
  keys: Keys,
): string[] {
  const says = (what: string) => `${kind} ${name} names ${what}, which is not there`;
  const has = (of: string, called: string) =>
    objects.some((object) => object.kind === of && object.metadata.name === called);
  const containers = [...pod.initContainers, ...pod.containers];
  const settings = containers
    .flatMap(({ envFrom }) => envFrom)
    .filter(({ configMapRef }) => !configMapRef.optional)
    .map(({ configMapRef }) => configMapRef.name)
    .filter((map) => !keys.configMaps.has(map));
  const files = containers
    .flatMap((container) => mountedFiles(pod, container, keys))
    .filter(({ of, object, key }) => {
      const maps = of === 'Secret' ? keys.secrets : keys.configMaps;
      return maps.get(object)?.[key] === undefined;
    });
  const projected = pod.volumes.flatMap((volume) => volume.projected?.sources ?? []);
  const sources = projected.flatMap(({ secret, configMap }) => [
    ...(secret && !secret.optional && !keys.secrets.has(secret.name)
      ? [`Secret ${secret.name}`]
      : []),
    ...(configMap && !configMap.optional && !keys.configMaps.has(configMap.name)
      ? [`ConfigMap ${configMap.name}`]
      : []),
  ]);
  const volumes = pod.volumes.flatMap(({ secret, configMap, persistentVolumeClaim }) => [
    ...(secret && !keys.secrets.has(secret.secretName) ? [`Secret ${secret.secretName}`] : []),
    ...(configMap && !keys.configMaps.has(configMap.name) ? [`ConfigMap ${configMap.name}`] : []),
    ...(persistentVolumeClaim && !has('PersistentVolumeClaim', persistentVolumeClaim.claimName)
      ? [`PersistentVolumeClaim ${persistentVolumeClaim.claimName}`]
      : []),
  ]);
  const known = [...pod.volumes.map((volume) => volume.name), ...claims];
  const mounts = containers
    .flatMap(({ volumeMounts }) => volumeMounts)
    .filter((mount) => !known.includes(mount.name));
  // What the server reads is held against its own configuration.
  const variables = containers
    .filter((container) => !isGatehouse(container))
    .flatMap((container) => {
      const there = mountedFiles(pod, container, keys).map(({ path }) => path);
      return Object.values(environmentOf(container, keys)).filter(
        (value) => value.startsWith('/run/secrets/') && !there.includes(value),
      );
    });
  return [
    ...variables.map(says),
    ...settings.map((map) => says(`ConfigMap ${map}`)),
    ...files.map(({ of, object, key }) => says(`${key} of ${of} ${object}`)),
    ...[...sources, ...volumes].map(says),
    ...mounts.map((mount) => says(`volume ${mount.name}`)),
    ...(has('ServiceAccount', pod.serviceAccountName)
      ? []
      : [says(`ServiceAccount ${pod.serviceAccountName}`)]),
    ...(pod.automountServiceAccountToken ? [`${kind} ${name} has a token of the API server`] : []),
  ];
}

function probeProblems({ kind, name, pod }: Workload): string[] {
  return pod.containers.flatMap((container) =>
    [container.startupProbe, container.livenessProbe, container.readinessProbe].flatMap((probe) => {
      const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port;
      const there = port === undefined || hasPort(pod, port);
      return there ? [] : [`a probe of ${kind} ${name} asks port ${port}, which it does not have`];
    }),
  );
}

/** The server takes what it is given: every name, every file, all together. */
function settingProblems({ kind, name, pod }: Workload, keys: Keys): string[] {
  const containers = [...pod.initContainers, ...pod.containers].filter(isGatehouse);
  return containers
    .filter(({ envFrom }) => envFrom.length > 0)
    .flatMap((container) => {
      const files = mountedFiles(pod, container, keys).map(({ path }) => path);
      const all = [
        ...serverSettingProblems(environmentOf(container, keys), files),
        ...(pod.enableServiceLinks ? ['other Services set variables of it'] : []),
      ];
      return all.map((problem) => `${container.name} of ${kind} ${name}: ${problem}`);
    });
}

/** Files that name others find them. */
function fileProblems({ kind, name, pod }: Workload, keys: Keys): string[] {
  return pod.containers.flatMap((container) => {
    const files = mountedFiles(pod, container, keys)
      .filter(({ of }) => of === 'ConfigMap')
      .map(({ path, object, key }) => ({ path, text: keys.configMaps.get(object)?.[key] ?? '' }));
    return includeProblems(files).map((problem) => `${kind} ${name}: ${problem}`);
  });
}

/** An address of PostgreSQL that names whom to trust finds that file beside it. */
function authorityProblems({ kind, name, pod }: Workload, keys: Keys): string[] {
  return [...pod.initContainers, ...pod.containers].flatMap((container) => {
    const files = mountedFiles(pod, container, keys);
    const there = files.map(({ path }) => path);
    const secrets = files
      .filter(({ of }) => of === 'Secret')
      .map(({ path, object, key }) => [path, keys.secrets.get(object)?.[key] ?? ''] as const);
    return [...secrets, ...Object.entries(environmentOf(container, keys))].flatMap(([by, text]) =>
      [...text.matchAll(/sslrootcert=(\/[^&\s]+)/g)]
        .filter(([, authority = '']) => !there.includes(authority))
        .map(([, authority]) => `${kind} ${name}: ${by} trusts ${authority}, which is not there`),
    );
  });
}

/** Nothing is killed that still ends. */
function endingProblems({ kind, name, pod }: Workload, keys: Keys): string[] {
  return pod.containers.flatMap((container) => {
    const timeout = environmentOf(container, keys).SHUTDOWN_TIMEOUT_SECONDS;
    if (kind !== 'Deployment' || timeout === undefined) return [];
    const before = container.lifecycle?.preStop?.sleep.seconds ?? 0;
    const needed = before + Number(timeout) + GRACE_LEFT_SECONDS;
    const grace = pod.terminationGracePeriodSeconds;
    if (grace >= needed) return [];
    return [`${kind} ${name} has ${grace} s to end, and needs ${needed}`];
  });
}

/** Whatever selects pods selects some, and finds the ports that it names. */
function selectionProblems(objects: readonly Manifest[], all: readonly Workload[]): string[] {
  const pods = (selector: Selector) => all.filter(({ labels }) => selects(selector, labels));
  const services = ofKind(objects, 'Service', SERVICE);
  const ofServices = services.flatMap(({ name, spec }) => {
    const selected = pods({ matchLabels: spec.selector, matchExpressions: [] });
    if (selected.length !== 1) return [`Service ${name} selects ${selected.length} workloads`];
    return spec.ports
      .filter(({ targetPort }) => !selected.some(({ pod }) => hasPort(pod, targetPort)))
      .map(({ targetPort }) => `Service ${name} leads to port ${targetPort}, which is not there`);
  });
  const ofBudgets = ofKind(objects, 'PodDisruptionBudget', SELECTS_PODS)
    .filter(({ spec }) => pods(spec.selector).length !== 1)
    .map(({ name }) => `PodDisruptionBudget ${name} selects no workload, or several`);
  const ofAutoscalers = ofKind(objects, 'HorizontalPodAutoscaler', AUTOSCALER)
    .filter(({ spec: { scaleTargetRef } }) => {
      return !all.some(
        ({ kind, name }) => kind === scaleTargetRef.kind && name === scaleTargetRef.name,
      );
    })
    .map(({ name }) => `HorizontalPodAutoscaler ${name} scales nothing`);
  const ofMonitors = ofKind(objects, 'ServiceMonitor', MONITOR).flatMap(({ name, spec }) =>
    spec.endpoints
      .filter(({ port }) => {
        const found = services.filter(({ labels }) => selects(spec.selector, labels));
        return !found.some((service) => service.spec.ports.some((one) => one.name === port));
      })
      .map(({ port }) => `ServiceMonitor ${name} finds no Service with port ${port}`),
  );
  return [...ofServices, ...ofBudgets, ...ofAutoscalers, ...ofMonitors];
}

/** PostgreSQL has a connection for everybody, during a rollout too; and the server knows how many. */
function connectionProblems(
  objects: readonly Manifest[],
  all: readonly Workload[],
  keys: Keys,
): string[] {
  const [scaler] = ofKind(objects, 'HorizontalPodAutoscaler', AUTOSCALER);
  const workload = all.find(({ kind, pod }) => {
    return kind === 'Deployment' && pod.containers.some(isGatehouse);
  });
  const ours = objects.filter(({ metadata }) => metadata.name === workload?.name);
  const [deployment] = ofKind(ours, 'Deployment', DEPLOYMENT);
  const server = workload?.pod.containers[0];
  if (deployment === undefined || server === undefined) return ['there is no Deployment'];
  const { replicas, strategy } = deployment.spec;
  const most = (scaler?.spec.maxReplicas ?? replicas ?? 1) + strategy.rollingUpdate.maxSurge;
  const { DATABASE_POOL_MAX = '20', REPLICAS } = environmentOf(server, keys);
  const wanted = most * Number(DATABASE_POOL_MAX) + CONNECTION_RESERVE;
  const there = Number(deployment.annotations['gatehouse/database-connections']);
  return [
    ...(REPLICAS === String(most) ? [] : [`REPLICAS is ${REPLICAS}, and ${most} may be at once`]),
    ...(wanted <= there
      ? []
      : [`${most} replicas want ${wanted} connections, and PostgreSQL has ${there} for them`]),
  ];
}
