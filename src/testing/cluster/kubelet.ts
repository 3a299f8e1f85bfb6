/**
 * A stand-in for the kubelets of a few nodes. It really runs what pods say: their init containers and
 * containers, each command as its user in namespaces of its own, with the ConfigMaps, Secrets and disks
 * that the API has for it; it asks their probes, ends them as they say, and writes down what it sees.
 * Everything else is decided by the real control plane.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from './api.ts';
import type { Registry } from './images.ts';
import { NODE_ADDRESS } from './network.ts';
import { POD } from './pod-object.ts';
import { type PodRun, startPodRun } from './pod-run.ts';

const LOOK_EVERY_MS = 200;
/** The first addresses of a subnet are the network's own and the node's. */
const FIRST_POD = 10;

export interface Kubelet {
  /** What goes before a command to run it in a container. */
  enter(namespace: string, pod: string, container: string): Promise<readonly string[]>;
  /** What the containers of pods have printed, whose names begin so. */
  output(namePrefix: string): string;
}

/**
 * Makes the nodes known, each in a zone of its own, and begins to run their pods. It ends with this process.
 *
 * @param options.directory - an empty one
 * @param options.port - of who answers for `kubectl exec`
 */
export async function startKubelet(options: {
  api: Api;
  nodes: readonly string[];
  registry: Registry;
  directory: string;
  port: number;
}): Promise<Kubelet> {
  const { api, nodes, registry, directory, port } = options;
  for (const [index, name] of nodes.entries()) {
    await api.create('/api/v1/nodes', nodeObject(name, `zone-${index + 1}`));
    await api.patch(`/api/v1/nodes/${name}/status`, { status: nodeStatus(port) });
  }
  const runs = new Map<string, { readonly key: string; readonly run: PodRun }>();
  const left: string[] = [];
  let number = FIRST_POD;
  const look = async () => {
    for (const pod of await api.list('/api/v1/pods', POD)) {
      const { uid, namespace, name } = pod.metadata;
      if (!nodes.includes(pod.spec.nodeName)) continue;
      const known = runs.get(uid);
      if (known !== undefined) {
        known.run.seen(pod);
        continue;
      }
      // One that is over is one of ours that is about to be removed.
      if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') continue;
      const place = join(directory, uid);
      const run = startPodRun(pod, { api, registry, number, directory: place });
      number += 1;
      runs.set(uid, { key: `${namespace}/${name}`, run });
      run.seen(pod);
      void run.gone.then(() => {
        left.push(run.output());
        runs.delete(uid);
      });
    }
  };
  void (async () => {
    for (;;) {
      await look();
      await delay(LOOK_EVERY_MS);
    }
  })();
  return {
    enter(namespace, pod, container) {
      const found = [...runs.values()].find(({ key }) => key === `${namespace}/${pod}`);
      if (found === undefined) throw new Error(`there is no pod ${namespace}/${pod}`);
      return found.run.enter(container);
    },
    output(namePrefix) {
      const now = [...runs.values()].filter(({ key }) => key.startsWith(namePrefix));
      return [...left, ...now.map(({ run }) => run.output())].join('\n');
    },
  };
}

function nodeObject(name: string, zone: string): unknown {
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'topology.kubernetes.io/zone': zone,
  };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } };
}

function nodeStatus(port: number): unknown {
  const room = { cpu: '16', memory: '64Gi', pods: '110', 'ephemeral-storage': '100Gi' };
  const now = new Date().toISOString();
  return {
    capacity: room,
    allocatable: room,
    conditions: [
      {
        ...{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'a stand-in' },
        ...{ lastHeartbeatTime: now, lastTransitionTime: now },
      },
    ],
    addresses: [{ type: 'InternalIP', address: NODE_ADDRESS }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    nodeInfo: {
      ...{ architecture: 'amd64', operatingSystem: 'linux', kernelVersion: '', osImage: '' },
      ...{ bootID: '', machineID: '', systemUUID: '', kubeProxyVersion: '' },
      ...{ containerRuntimeVersion: '', kubeletVersion: 'v1.37.2' },
    },
  };
}
