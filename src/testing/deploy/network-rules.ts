import { z } from 'zod';
import { SPECIAL_PURPOSE } from '../../http/outbound-fetch.ts';
import { environmentOf, type Keys, type Manifest, ofKind, type Workload } from './manifests.ts';
import { hasPort, PORT, SELECTOR, SERVICE, type Selector, selects } from './selectors.ts';

const PEER = z.looseObject({
  podSelector: SELECTOR.optional(),
  namespaceSelector: SELECTOR.optional(),
  ipBlock: z.looseObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
});
const RULE = z.looseObject({
  from: z.array(PEER).default([]),
  to: z.array(PEER).default([]),
  ports: z.array(z.looseObject({ port: PORT })).default([]),
});
export const NETWORK_POLICY = z.looseObject({
  podSelector: SELECTOR,
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])).default(['Ingress']),
  ingress: z.array(RULE).default([]),
  egress: z.array(RULE).default([]),
});
/** Pods that cert-manager makes beside ours while a certificate is issued. */
export const SOLVER = { 'acme.cert-manager.io/http01-solver': 'true' };

const BACKEND = z.looseObject({ name: z.string(), port: PORT });
const INGRESS = z.looseObject({
  rules: z.array(
    z.looseObject({
      http: z.looseObject({
        paths: z.array(
          z.looseObject({
            backend: z.looseObject({
              service: z
                .looseObject({ name: z.string(), port: z.looseObject({ name: z.string() }) })
                .transform(({ name, port }) => ({ name, port: port.name })),
            }),
          }),
        ),
      }),
    }),
  ),
});
const HTTP_ROUTE = z.looseObject({
  rules: z.array(
    z.looseObject({
      filters: z
        .array(
          z.looseObject({
            requestHeaderModifier: z
              .looseObject({ remove: z.array(z.string()).default([]) })
              .optional(),
          }),
        )
        .default([]),
      backendRefs: z.array(BACKEND).default([]),
    }),
  ),
});

/** Headers that the server believes, since they come from the load balancer. */
const OURS = ['traceparent', 'tracestate', 'x-request-id'];

/**
 * Who may reach whom: policies are about pods that there are, what is private stays so, and the public
 * gets to the server alone.
 *
 * @returns a sentence for each problem
 */
export function networkProblems(
  objects: readonly Manifest[],
  all: readonly Workload[],
  keys: Keys,
): string[] {
  return [
    ...networkPolicyProblems(objects, all),
    ...uploadProblems(objects, all, keys),
    ...outboundProblems(objects),
    ...publicProblems(objects),
  ];
}

/** Policies are about pods that there are: a policy that selects nothing protects nothing. */
function networkPolicyProblems(objects: readonly Manifest[], all: readonly Workload[]): string[] {
  const policies = ofKind(objects, 'NetworkPolicy', NETWORK_POLICY);
  const chosen = (selector: Selector) => all.filter(({ labels }) => selects(selector, labels));
  const ofEach = policies.flatMap(({ name, spec }) => {
    const own = chosen(spec.podSelector);
    const selectsNobody = own.length === 0 && !selects(spec.podSelector, SOLVER);
    const nobody = selectsNobody ? [`NetworkPolicy ${name} selects no pod`] : [];
    const peers = [...spec.ingress, ...spec.egress]
      .flatMap(({ from, to }) => [...from, ...to])
      .filter(
        ({ podSelector, namespaceSelector }) =>
          podSelector && !namespaceSelector && chosen(podSelector).length === 0,
      )
      .map(({ podSelector }) => {
        return `NetworkPolicy ${name} names pods that are not there: ${JSON.stringify(podSelector)}`;
      });
    const unknown = (
      rules: typeof spec.ingress,
      pods: (rule: z.infer<typeof RULE>) => Workload[],
    ) =>
      rules.flatMap((rule) =>
        rule.ports
          .filter(({ port }) => {
            const targets = pods(rule);
            return typeof port === 'string' && !targets.some(({ pod }) => hasPort(pod, port));
          })
          .map(({ port }) => `NetworkPolicy ${name} names port ${port}, which is not there`),
      );
    return [
      ...nobody,
      ...peers,
      ...unknown(spec.ingress, () => own),
      ...unknown(spec.egress, ({ to }) =>
        to.flatMap(({ podSelector }) => (podSelector ? chosen(podSelector) : [])),
      ),
    ];
  });
  if (policies.length === 0) return [];
  const open = all.filter(
    ({ labels }) => !policies.some(({ spec }) => selects(spec.podSelector, labels)),
  );
  return [...ofEach, ...open.map(({ kind, name }) => `no NetworkPolicy is about ${kind} ${name}`)];
}

/** Who may reach everybody reaches no more than the server itself would (OUTBOUND_ALLOW). */
function outboundProblems(objects: readonly Manifest[]): string[] {
  return ofKind(objects, 'NetworkPolicy', NETWORK_POLICY).flatMap(({ name, spec }) =>
    spec.egress
      .flatMap(({ to }) => to.flatMap(({ ipBlock }) => ipBlock ?? []))
      .filter(({ cidr }) => cidr.endsWith('/0'))
      .flatMap(({ cidr, except }) => {
        const ofFamily = (block: string) => block.includes(':') === cidr.includes(':');
        const refused = SPECIAL_PURPOSE.filter(ofFamily);
        return [
          ...refused
            .filter((block) => !except.includes(block))
            .map((block) => `NetworkPolicy ${name} leads to ${block}, which the server refuses`),
          ...except
            .filter((block) => !refused.includes(block))
            .map((block) => `NetworkPolicy ${name} leaves out ${block}, which the server asks`),
        ];
      }),
  );
}

/** Who takes backups elsewhere gets out, where others do not. */
function uploadProblems(
  objects: readonly Manifest[],
  all: readonly Workload[],
  keys: Keys,
): string[] {
  const policies = ofKind(objects, 'NetworkPolicy', NETWORK_POLICY);
  const getsOut = ({ labels }: Workload) =>
    policies.some(
      ({ spec }) =>
        selects(spec.podSelector, labels) &&
        spec.egress.some(({ ports }) => ports.some(({ port }) => port === 443)),
    );
  return all
    .filter(({ pod }) => pod.containers.some((one) => environmentOf(one, keys).BACKUP_UPLOAD))
    .filter((workload) => policies.length > 0 && !getsOut(workload))
    .map(({ kind, name }) => `${kind} ${name} has no way to where it takes backups`);
}

/** What the public reaches is a port of a Service that is there, and never the one of metrics. */
function publicProblems(objects: readonly Manifest[]): string[] {
  const services = ofKind(objects, 'Service', SERVICE);
  const ofIngresses = ofKind(objects, 'Ingress', INGRESS).flatMap(({ name, spec }) =>
    spec.rules
      .flatMap(({ http }) => http.paths)
      .map(({ backend: { service } }) => ({ by: `Ingress ${name}`, service })),
  );
  const routes = ofKind(objects, 'HTTPRoute', HTTP_ROUTE);
  const ofRoutes = routes.flatMap(({ name, spec }) =>
    spec.rules
      .flatMap(({ backendRefs }) => backendRefs)
      .map((service) => ({ by: `HTTPRoute ${name}`, service })),
  );
  const leads = [...ofIngresses, ...ofRoutes].flatMap(({ by, service }) => {
    const ports = services.find(({ name }) => name === service.name)?.spec.ports;
    const port = ports?.find((one) => [one.name, one.port].includes(service.port));
    if (port === undefined) return [`${by} leads to no port of ${service.name}`];
    return port.targetPort === 'http' ? [] : [`${by} leads the public to port ${port.targetPort}`];
  });
  const handsOn = routes.flatMap(({ name, spec }) =>
    spec.rules
      .filter(({ backendRefs }) => backendRefs.length > 0)
      .flatMap(({ filters }) => {
        const removed = filters.flatMap((one) => one.requestHeaderModifier?.remove ?? []);
        return OURS.filter((header) => !removed.includes(header));
      })
      .map((header) => `HTTPRoute ${name} hands on the ${header} that a caller has sent`),
  );
  return [...leads, ...handsOn];
}
