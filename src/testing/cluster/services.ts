/**
 * What names of Services and of their pods lead to, and Services themselves: stand-ins for a cluster's
 * name server and for kube-proxy. Both go by the EndpointSlices that the real controller makes.
 */
import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Api } from './api.ts';
import { answerQuery } from './dns-message.ts';
import { NAMES_ADDRESS } from './network.ts';

/** Proxies hear of an endpoint that goes a little later: who ends sooner loses requests. */
const LOOK_EVERY_MS = 1000;
const CONNECT_MS = 2000;
const DOMAIN = '.svc.cluster.local';

const METADATA = z.object({
  name: z.string(),
  namespace: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
});
const SERVICE = z.object({
  metadata: METADATA,
  spec: z.object({
    clusterIP: z.string().default('None'),
    ports: z.array(z.object({ name: z.string().default(''), port: z.number() })).default([]),
  }),
});
const SLICE = z.object({
  metadata: METADATA,
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        hostname: z.string().optional(),
        conditions: z.object({ ready: z.boolean().default(true) }).default({ ready: true }),
      }),
    )
    .nullable(),
  ports: z.array(z.object({ name: z.string().default(''), port: z.number() })).nullable(),
});

type Service = z.infer<typeof SERVICE>;

/** Somewhere that a connection to a Service may lead. */
interface Place {
  readonly host: string;
  readonly port: number;
}

export interface Services {
  /** Address of a Service and its port of a name. */
  addressOf(namespace: string, name: string): string;
  /** How many of its endpoints are ready. */
  ready(namespace: string, name: string): number;
}

/**
 * Begins to answer for names and Services. It ends with this process.
 *
 * @param outside - names of the world beyond the cluster, with their addresses
 */
export async function startServices(
  api: Pick<Api, 'list'>,
  outside: Readonly<Record<string, string>>,
): Promise<Services> {
  let services: Service[] = [];
  let slices: z.infer<typeof SLICE>[] = [];
  const doors = new Set<string>();
  const slicesOf = (namespace: string, name: string) =>
    slices.filter(({ metadata }) => {
      return (
        metadata.namespace === namespace && metadata.labels['kubernetes.io/service-name'] === name
      );
    });
  const endpointsOf = (namespace: string, name: string) =>
    slicesOf(namespace, name).flatMap(({ endpoints }) =>
      (endpoints ?? []).filter(({ conditions }) => conditions.ready),
    );
  const placesOf = (namespace: string, name: string, portName: string): Place[] =>
    slicesOf(namespace, name).flatMap(({ endpoints, ports }) => {
      const port = ports?.find((one) => one.name === portName)?.port ?? 0;
      return (endpoints ?? [])
        .filter(({ conditions }) => conditions.ready)
        .flatMap(({ addresses }) => addresses.map((host) => ({ host, port })));
    });
  const find = (namespace: string, name: string) =>
    services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);

  const resolve = (asked: string): readonly string[] | undefined => {
    const known = outside[asked];
    if (known !== undefined) return [known];
    if (!asked.endsWith(DOMAIN)) return undefined;
    const labels = asked.slice(0, -DOMAIN.length).split('.').toReversed();
    const [namespace = '', name = '', hostname] = labels;
    const service = find(namespace, name);
    if (service === undefined) return undefined;
    if (service.spec.clusterIP !== 'None' && hostname === undefined) {
      return [service.spec.clusterIP];
    }
    const places = endpointsOf(namespace, name);
    const meant = places.filter((one) => hostname === undefined || one.hostname === hostname);
    return meant.length === 0 ? undefined : meant.flatMap(({ addresses }) => addresses);
  };
  const names = createSocket('udp4');
  names.on('message', (query, { port, address }) => {
    names.send(answerQuery(query, resolve), port, address);
  });
  await new Promise<void>((listening) => names.bind(53, NAMES_ADDRESS, listening));

  const look = async () => {
    services = await api.list('/api/v1/services', SERVICE);
    slices = await api.list('/apis/discovery.k8s.io/v1/endpointslices', SLICE);
    for (const { metadata, spec } of services) {
      for (const { name, port } of spec.clusterIP === 'None' ? [] : spec.ports) {
        const door = `${spec.clusterIP}:${port}`;
        if (doors.has(door)) continue;
        doors.add(door);
        const places = () => placesOf(metadata.namespace, metadata.name, name);
        await openDoor({ host: spec.clusterIP, port }, places);
      }
    }
  };
  await look();
  void (async () => {
    for (;;) {
      await look();
      await delay(LOOK_EVERY_MS);
    }
  })();
  return {
    addressOf: (namespace, name) => find(namespace, name)?.spec.clusterIP ?? '',
    ready: (namespace, name) => endpointsOf(namespace, name).length,
  };
}

/** Listens at an address and leads each connection to one of the places, in turn. */
export async function openDoor(at: Place, places: () => readonly Place[]): Promise<void> {
  let turn = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const all = places();
    const place = all[turn % Math.max(1, all.length)];
    turn += 1;
    if (place === undefined) {
      client.resetAndDestroy();
      return;
    }
    const onward = connect({ ...place, allowHalfOpen: true });
    const patience = setTimeout(() => onward.destroy(new Error('no answer')), CONNECT_MS);
    onward.once('connect', () => clearTimeout(patience));
    join(client, onward);
  });
  await new Promise<void>((listening) => server.listen({ ...at }, listening));
}

function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.resetAndDestroy());
  }
}
