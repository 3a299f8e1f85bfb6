import { type Manifest, ofKind, type Workload } from './manifests.ts';
import { NETWORK_POLICY, SOLVER } from './network-rules.ts';
import { type Selector, selects } from './selectors.ts';

const SOLVER_PORT = 8089;
const ISSUERS = ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer'];

/**
 * Whether policies, which are about one pod each, together let those talk who have to.
 *
 * @returns a sentence for each problem
 */
export function reachProblems(objects: readonly Manifest[], all: readonly Workload[]): string[] {
  return [...oneSidedProblems(objects, all), ...challengeProblems(objects)];
}

/** Who is let out is let in where it goes, and who is let in is let out where it comes from. */
function oneSidedProblems(objects: readonly Manifest[], all: readonly Workload[]): string[] {
  const policies = policiesOf(objects);
  const chosen = (selector: Selector | undefined) =>
    selector === undefined ? [] : all.filter(({ labels }) => selects(selector, labels));
  const sides = [
    { side: 'egress', other: 'ingress', says: 'lets out', missing: 'nothing lets in' },
    { side: 'ingress', other: 'egress', says: 'lets in', missing: 'nothing lets out' },
  ] as const;
  return sides.flatMap(({ side, other, says, missing }) =>
    policies.flatMap(({ name, spec }) =>
      spec[side].flatMap(({ from, to, ports }) => {
        const peers = [...from, ...to]
          .filter(({ namespaceSelector }) => namespaceSelector === undefined)
          .flatMap(({ podSelector }) => chosen(podSelector));
        return chosen(spec.podSelector).flatMap((own) =>
          peers.flatMap((peer) =>
            ports
              .map(({ port }) => numberOf(side === 'egress' ? peer : own, port))
              .filter((port) => {
                const target = side === 'egress' ? peer : own;
                return !admits(policies, other, peer, { pod: own, target, port });
              })
              .map((port) => {
                const who = `${own.kind} ${own.name}`;
                return `NetworkPolicy ${name} ${says} ${who} with ${peer.name}, port ${port}: ${missing}`;
              }),
          ),
        );
      }),
    ),
  );
}

type Policy = ReturnType<typeof policiesOf>[number];

function policiesOf(objects: readonly Manifest[]) {
  return ofKind(objects, 'NetworkPolicy', NETWORK_POLICY);
}

/** The number of a port that has a name. */
function numberOf({ pod }: Workload, port: string | number): string | number {
  const ports = pod.containers.flatMap((container) => container.ports);
  return ports.find(({ name }) => name === port)?.containerPort ?? port;
}

/** Whether a pod's own policies let this peer in or out; without any, everybody is. */
function admits(
  policies: readonly Policy[],
  direction: 'ingress' | 'egress',
  own: Workload,
  peer: { pod: Workload; target: Workload; port: string | number },
): boolean {
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const about = policies.filter(
    ({ spec }) => spec.policyTypes.includes(type) && selects(spec.podSelector, own.labels),
  );
  if (about.length === 0) return true;
  const rules = about.flatMap(({ spec }) => spec[direction]);
  return rules.some(({ from, to, ports }) => {
    const peers = direction === 'ingress' ? from : to;
    const isPeer = peers.some(
      ({ podSelector, namespaceSelector }) =>
        podSelector && !namespaceSelector && selects(podSelector, peer.pod.labels),
    );
    const isPort = ports.some(({ port }) => numberOf(peer.target, port) === peer.port);
    return (peers.length === 0 || isPeer) && (ports.length === 0 || isPort);
  });
}

/** Whether pods of another namespace get to this port of it. */
export function isOpenToOthers(
  objects: readonly Manifest[],
  workload: Workload,
  port: string | number,
): boolean {
  const about = policiesOf(objects).filter(
    ({ spec }) =>
      spec.policyTypes.includes('Ingress') && selects(spec.podSelector, workload.labels),
  );
  if (about.length === 0) return true;
  return about
    .flatMap(({ spec }) => spec.ingress)
    .some(({ from, ports }) => {
      const isOther = from.some(({ namespaceSelector }) => namespaceSelector !== undefined);
      const wanted = numberOf(workload, port);
      const isPort = ports.some((one) => numberOf(workload, one.port) === wanted);
      return (from.length === 0 || isOther) && (ports.length === 0 || isPort);
    });
}

/** Whoever issues certificates gets to the answer of cert-manager's challenge. */
function challengeProblems(objects: readonly Manifest[]): string[] {
  const wanting = objects.filter(({ metadata }) =>
    ISSUERS.some((issuer) => metadata.annotations[issuer] !== undefined),
  );
  const about = policiesOf(objects).filter(
    ({ spec }) => spec.policyTypes.includes('Ingress') && selects(spec.podSelector, SOLVER),
  );
  const isAnswered = about
    .flatMap(({ spec }) => spec.ingress)
    .some(
      ({ from, ports }) =>
        from.some(({ namespaceSelector }) => namespaceSelector !== undefined) &&
        ports.some(({ port }) => port === SOLVER_PORT),
    );
  if (about.length === 0 || isAnswered) return [];
  return wanting.map(({ kind, metadata }) => {
    return `${kind} ${metadata.name} wants a certificate, and no policy lets anybody to the challenge`;
  });
}
