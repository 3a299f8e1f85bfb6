import type { PodCondition, PodContainer, PodObject } from './pod-object.ts';

/** As the API has the state of a container. */
type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | {
      readonly terminated: {
        readonly exitCode: number;
        readonly reason: 'Completed' | 'Error';
        readonly message: string;
        readonly startedAt: string;
        readonly finishedAt: string;
      };
    };

/** What a stand-in for a kubelet knows of a container. */
export interface ContainerRecord {
  state: ContainerState;
  lastState: ContainerState | undefined;
  restarts: number;
  started: boolean;
  ready: boolean;
}

export function newRecord(): ContainerRecord {
  const state = { waiting: { reason: 'PodInitializing' } };
  return { state, lastState: undefined, restarts: 0, started: false, ready: false };
}

/** What is written into the status of a pod. */
interface PodFacts {
  readonly startTime: string;
  readonly nodeAddress: string;
  /** Undefined before it has one. */
  readonly address: string | undefined;
  readonly records: ReadonlyMap<string, ContainerRecord>;
  /** Somebody has deleted it: nothing of it runs any more, and nothing is going to. */
  readonly ended: boolean;
}

/**
 * @param before - conditions that it had: of those that have not changed, the time stays; others that are
 *   not a kubelet's stay as they are
 */
export function podStatus(
  pod: PodObject,
  facts: PodFacts,
  before: readonly PodCondition[],
): { phase: string; conditions: readonly PodCondition[] } & Record<string, unknown> {
  const { initContainers, containers } = pod.spec;
  const recordOf = ({ name }: PodContainer) => facts.records.get(name) ?? newRecord();
  const initialized = initContainers.every((one) => succeeded(recordOf(one)));
  const ready = containers.every((one) => recordOf(one).ready);
  const phase = phaseOf(pod, recordOf, facts.ended);
  const done = phase === 'Succeeded';
  const ours = [
    condition('PodReadyToStartContainers', facts.address !== undefined),
    condition('Initialized', initialized, done ? 'PodCompleted' : undefined),
    condition('ContainersReady', ready, ready ? undefined : 'ContainersNotReady'),
    condition('Ready', ready, ready ? undefined : 'ContainersNotReady'),
  ];
  const conditions = ours.map((one) => {
    const was = before.find(({ type }) => type === one.type);
    return was?.status === one.status
      ? { ...one, lastTransitionTime: was.lastTransitionTime }
      : { ...one, lastTransitionTime: secondsNow() };
  });
  const others = before.filter(({ type }) => ours.every((one) => one.type !== type));
  const statusOf = (container: PodContainer) => {
    const { state, lastState, restarts, started, ready: isReady } = recordOf(container);
    return {
      name: container.name,
      image: container.image,
      imageID: container.image,
      state,
      lastState: lastState ?? {},
      restartCount: restarts,
      started,
      ready: isReady,
    };
  };
  const { address } = facts;
  return {
    phase,
    conditions: [...others, ...conditions],
    startTime: facts.startTime,
    hostIP: facts.nodeAddress,
    hostIPs: [{ ip: facts.nodeAddress }],
    ...(address === undefined ? {} : { podIP: address, podIPs: [{ ip: address }] }),
    initContainerStatuses: initContainers.map(statusOf),
    containerStatuses: containers.map(statusOf),
  };
}

function phaseOf(
  pod: PodObject,
  recordOf: (one: PodContainer) => ContainerRecord,
  ended: boolean,
): string {
  const { initContainers, containers, restartPolicy } = pod.spec;
  const isEnded = (one: PodContainer) => 'terminated' in recordOf(one).state;
  const well = containers.every((one) => succeeded(recordOf(one)));
  // One that was never begun has failed, too: its job waits to hear that.
  if (ended) return well ? 'Succeeded' : 'Failed';
  if (restartPolicy === 'Never') {
    if (initContainers.some((one) => isEnded(one) && !succeeded(recordOf(one)))) return 'Failed';
    if (containers.every(isEnded)) return well ? 'Succeeded' : 'Failed';
  }
  if (well && restartPolicy === 'OnFailure') return 'Succeeded';
  const begun = containers.some((one) => {
    const { state, lastState } = recordOf(one);
    return !('waiting' in state) || lastState !== undefined;
  });
  return begun ? 'Running' : 'Pending';
}

/** Whether it has ended well. */
export function succeeded({ state }: ContainerRecord): boolean {
  return 'terminated' in state && state.terminated.exitCode === 0;
}

function condition(type: string, holds: boolean, reason?: string) {
  return { type, status: holds ? 'True' : 'False', ...(reason === undefined ? {} : { reason }) };
}

/** As the API has times. */
export function secondsNow(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
