import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseManifests, workloads } from './manifests.ts';
import { reachProblems } from './reach-rules.ts';

const pod = (name: string, port: string) => `
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  template:
    metadata: { labels: { name: ${name} } }
    spec:
      serviceAccountName: own
      automountServiceAccountToken: false
      enableServiceLinks: false
      containers: [{ name: one, image: one:1, ports: [${port}] }]
`;

/** One that asks another, and a certificate, where nothing is open that no policy opens. */
const GOOD = `${pod('asking', '')}${pod('asked', '{ name: store, containerPort: 6379 }')}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: to-store }
spec:
  podSelector: { matchLabels: { name: asking } }
  policyTypes: [Egress]
  egress: [{ to: [{ podSelector: { matchLabels: { name: asked } } }], ports: [{ port: 6379 }] }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: from-asking }
spec:
  podSelector: { matchLabels: { name: asked } }
  policyTypes: [Ingress]
  ingress: [{ from: [{ podSelector: { matchLabels: { name: asking } } }], ports: [{ port: store }] }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: challenge }
spec:
  podSelector: { matchLabels: { acme.cert-manager.io/http01-solver: 'true' } }
  policyTypes: [Ingress]
  ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8089 }] }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: way-in, annotations: { cert-manager.io/cluster-issuer: letsencrypt } }
`;

function problemsOf(yaml: string): string[] {
  const manifests = parseManifests(yaml);
  return reachProblems(manifests, workloads(manifests));
}

/** What is changed in it, and what the rules say then. */
const BROKEN: readonly { what: string; from: string; to: string; says: RegExp }[] = [
  {
    what: 'a pod that is let out and not in',
    from: 'from: [{ podSelector: { matchLabels: { name: asking',
    to: 'from: [{ podSelector: { matchLabels: { name: other',
    says: /^NetworkPolicy to-store lets out .* asking with asked, port 6379: nothing lets in$/,
  },
  {
    what: 'a pod that is let in and not out',
    from: 'to: [{ podSelector: { matchLabels: { name: asked',
    to: 'to: [{ podSelector: { matchLabels: { name: other',
    says: /^NetworkPolicy from-asking lets in .* asked with asking, port 6379: nothing lets out$/,
  },
  {
    what: 'two ends that name different ports',
    from: 'ports: [{ port: store }]',
    to: 'ports: [{ port: 16379 }]',
    says: /port 6379: nothing lets in/,
  },
  {
    what: 'a certificate whose challenge nobody gets to',
    from: "acme.cert-manager.io/http01-solver: 'true'",
    to: 'name: asked',
    says: /^Ingress way-in wants a certificate, and no policy lets anybody to the challenge$/,
  },
  {
    what: 'a challenge at a port that is closed',
    from: 'port: 8089',
    to: 'port: 80',
    says: /no policy lets anybody to the challenge/,
  },
];

describe('rules for who gets to whom', () => {
  it('have nothing against policies that are right', () => {
    assert.deepEqual(problemsOf(GOOD), []);
  });

  it('ask for no policy about a challenge where none closes it off', () => {
    const open = GOOD.replace('podSelector: {},', 'podSelector: { matchLabels: { name: none } },');
    const without = open.replace("acme.cert-manager.io/http01-solver: 'true'", 'name: asked');
    assert.deepEqual(problemsOf(without), []);
  });

  for (const { what, from, to, says } of BROKEN) {
    it(`find ${what}`, () => {
      assert.ok(GOOD.includes(from), from);
      const problems = problemsOf(GOOD.replace(from, to));
      assert.ok(
        problems.some((problem) => says.test(problem)),
        problems.join('\n'),
      );
    });
  }
});
