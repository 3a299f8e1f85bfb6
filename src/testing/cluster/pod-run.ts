import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../deploy/trial.ts';
import type { Api } from './api.ts';
import { type RunningContainer, startContainer } from './container.ts';
import type { Registry } from './images.ts';
import { makeSandbox, NODE_ADDRESS, type Sandbox } from './network.ts';
import { type PodContainer, type PodObject, podPath } from './pod-object.ts';
import { type ContainerRecord, newRecord, podStatus, secondsNow, succeeded } from './pod-status.ts';
import { askProbes } from './probes.ts';
import { makeVolumes, mountLines, readConfigMap, type Volume } from './volumes.ts';

/** How long what is not there yet is waited for before it is looked for again. */
const RETRY_MS = 1000;
/** After the second end of a container, and twice as long after each further one, as a kubelet does. */
const BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;
/** Of what a container said last, which `kubectl describe` shows. */
const LAST_WORDS = 2000;

interface PodRunOptions {
  readonly api: Api;
  readonly registry: Registry;
  /** Number of the pod, which its address is made of. */
  readonly number: number;
  /** An empty directory for it. */
  readonly directory: string;
}

/** One pod on its node, from when it was bound to when it is gone. */
export interface PodRun {
  /** Told of the pod as it is now; begins to end it once somebody has deleted it. */
  seen(pod: PodObject): void;
  /** What goes before a command to run it in a container of the pod. */
  enter(container: string): Promise<readonly string[]>;
  /** What its containers have printed, with their names before it. */
  output(): string;
  /** Resolves once it is gone from the API. */
  readonly gone: Promise<void>;
}

export function startPodRun(first: PodObject, options: PodRunOptions): PodRun {
  const { api, registry, number, directory } = options;
  let pod = first;
  let sandbox: Sandbox | undefined;
  let volumes: ReadonlyMap<string, Volume> = new Map();
  let conditions = first.status.conditions;
  const records = new Map<string, ContainerRecord>();
  const running = new Map<string, RunningContainer>();
  const printed: string[] = [];
  /** Aborted once nothing may be started any more. */
  const ending = new AbortController();
  const startTime = secondsNow();
  const all = [...first.spec.initContainers, ...first.spec.containers];
  for (const { name } of all) records.set(name, newRecord());
  const recordOf = (name: string): ContainerRecord => {
    const record = records.get(name);
    if (record === undefined) throw new Error(`there is no container ${name}`);
    return record;
  };

  // One after another, and the last one says how it is.
  let ended = false;
  let writing = Promise.resolve();
  const write = () => {
    writing = writing.then(async () => {
      const address = sandbox?.address;
      const facts = { startTime, nodeAddress: NODE_ADDRESS, address, records, ended };
      const status = podStatus(pod, facts, conditions);
      conditions = [...status.conditions];
      await api.patch(`${podPath(pod)}/status`, { status });
    });
    return writing;
  };
  const change = (name: string, changes: Partial<ContainerRecord>) => {
    Object.assign(recordOf(name), changes);
    return write();
  };

  /** Runs a container once; returns its exit code. */
  const runOnce = async (container: PodContainer, probed: boolean): Promise<number> => {
    const { name } = container;
    const started = await begin(container);
    running.set(name, started);
    // Somebody has deleted the pod meanwhile.
    if (ending.signal.aborted) await started.signal('SIGKILL');
    const health = { started: false, ready: false };
    const stop = new AbortController();
    const isRunning = { running: { startedAt: started.startedAt } };
    await change(name, { state: isRunning, ...health });
    const address = sandbox?.address ?? '';
    const probing = probed
      ? askProbes({
          ...{ container, address, running: started, health, stop: stop.signal },
          told: () => void change(name, health),
        })
      : Promise.resolve(false);
    void probing.then((unwell) => (unwell ? started.signal('SIGTERM') : undefined));
    const exitCode = await started.ended;
    stop.abort();
    await probing;
    running.delete(name);
    printed.push(`${pod.metadata.name}/${name} (${exitCode}):\n${started.output()}`);
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? ('Completed' as const) : ('Error' as const),
      message: started.output().slice(-LAST_WORDS),
      startedAt: started.startedAt,
      finishedAt: new Date().toISOString(),
    };
    await change(name, { state: { terminated }, started: false, ready: false });
    return exitCode;
  };

  const begin = async (container: PodContainer): Promise<RunningContainer> => {
    const { namespace } = pod.metadata;
    const image = registry(container.image);
    if (image === undefined) throw new Waiting('ImagePullBackOff', `no image ${container.image}`);
    const env: Record<string, string> = {};
    try {
      for (const { configMapRef } of container.envFrom) {
        const { name, optional } = configMapRef;
        const found = await readConfigMap(api, namespace, name).catch((error: unknown) => {
          if (optional) return {};
          throw error;
        });
        Object.assign(env, found);
      }
    } catch (error) {
      throw new Waiting('CreateContainerConfigError', String(error));
    }
    for (const { name, value, valueFrom } of container.env) {
      env[name] = valueFrom === undefined ? value : (sandbox?.address ?? '');
    }
    const own = join(directory, `${container.name}-${recordOf(container.name).restarts}`);
    await mkdir(join(own, 'root'), { recursive: true });
    const mounts = join(own, 'mounts');
    await writeFile(mounts, mountLines(container, volumes, join(directory, 'resolv.conf')));
    const { allowPrivilegeEscalation, readOnlyRootFilesystem } = container.securityContext;
    return startContainer({
      image,
      command: [...container.command, ...container.args],
      env: { HOSTNAME: pod.metadata.name, ...env },
      user: pod.spec.securityContext,
      noNewPrivileges: !allowPrivilegeEscalation,
      readOnlyRoot: readOnlyRootFilesystem,
      network: sandbox?.network ?? '',
      root: join(own, 'root'),
      mounts,
      sources: ROOT,
    });
  };

  /** Runs a container as often as the pod's policy says. */
  const keep = async (container: PodContainer, untilWell: boolean): Promise<void> => {
    const { restartPolicy } = pod.spec;
    let pause = 0;
    while (!ending.signal.aborted) {
      const code = await patiently(container, () => runOnce(container, !untilWell));
      if (code === undefined || (untilWell && code === 0) || restartPolicy === 'Never') return;
      if (restartPolicy === 'OnFailure' && code === 0) return;
      const record = recordOf(container.name);
      const reason = pause === 0 ? 'ContainerCreating' : 'CrashLoopBackOff';
      const { state: lastState, restarts } = record;
      await change(container.name, { lastState, state: { waiting: { reason } } });
      await pauseFor(pause);
      record.restarts = restarts + 1;
      pause = Math.min(pause === 0 ? BACK_OFF_MS : pause * 2, LONGEST_BACK_OFF_MS);
    }
  };

  /** Tries again what only waits for something, until the pod is to end. */
  const patiently = async (container: PodContainer, act: () => Promise<number>) => {
    while (!ending.signal.aborted) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof Waiting)) throw error;
        const { reason, message } = error;
        await change(container.name, { state: { waiting: { reason, message } } });
        await pauseFor(RETRY_MS);
      }
    }
    return undefined;
  };

  const pauseFor = (ms: number) =>
    delay(ms, undefined, { signal: ending.signal }).catch(() => undefined);

  const prepare = async (): Promise<void> => {
    await mkdir(directory, { recursive: true });
    const { namespace } = pod.metadata;
    await writeFile(join(directory, 'resolv.conf'), resolverFor(namespace));
    sandbox = await makeSandbox(number, directory);
    await write();
    while (!ending.signal.aborted) {
      try {
        volumes = await makeVolumes(api, pod, directory);
        return;
      } catch (error) {
        printed.push(`${pod.metadata.name}: ${error}`);
        await pauseFor(RETRY_MS);
      }
    }
  };

  const live = async (): Promise<void> => {
    await prepare();
    for (const container of pod.spec.initContainers) {
      await keep(container, true);
      if (!succeeded(recordOf(container.name))) return;
    }
    await Promise.all(pod.spec.containers.map((container) => keep(container, false)));
  };

  const endOne = async (name: string, container: RunningContainer, graceMs: number) => {
    const spec = pod.spec.containers.find((one) => one.name === name);
    const end = performance.now() + graceMs;
    const sleepMs = (spec?.lifecycle?.preStop.sleep.seconds ?? 0) * 1000;
    const hasEnded = container.ended.then(() => undefined);
    await Promise.race([delay(sleepMs), hasEnded]);
    await container.signal('SIGTERM');
    const patience = new AbortController();
    const left = Math.max(0, end - performance.now());
    const late = delay(left, undefined, { signal: patience.signal }).then(
      () => container.signal('SIGKILL'),
      () => undefined,
    );
    await hasEnded;
    patience.abort();
    await late;
  };

  const living = live();
  const end = async (): Promise<void> => {
    const graceMs = pod.metadata.deletionGracePeriodSeconds * 1000;
    await Promise.all([...running].map(([name, one]) => endOne(name, one, graceMs)));
    await living;
    ended = true;
    await write();
    await sandbox?.remove();
    await rm(directory, { recursive: true, force: true });
    await api.remove(podPath(pod), pod.metadata.uid);
  };

  let leaving: Promise<void> | undefined;
  let leave: (last: Promise<void>) => void;
  const gone = new Promise<void>((resolve) => {
    leave = resolve;
  });
  return {
    seen(now) {
      pod = now;
      if (now.metadata.deletionTimestamp === undefined || leaving !== undefined) return;
      ending.abort();
      leaving = end();
      leave(leaving);
    },
    async enter(name) {
      const container = running.get(name);
      if (container === undefined) throw new Error(`container ${name} does not run`);
      return container.enter();
    },
    output: () => {
      const now = [...running].map(([name, one]) => `${name}:\n${one.output()}`);
      return [...printed, ...now].join('\n');
    },
    gone,
  };
}

/** Something that a container needs is not there, or not yet. */
class Waiting extends Error {
  override readonly name = 'Waiting';
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

function resolverFor(namespace: string): string {
  const domains = [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'];
  return `nameserver 10.96.0.10\nsearch ${domains.join(' ')}\noptions ndots:5\n`;
}
