import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SPECIAL_PURPOSE } from '../../http/outbound-fetch.ts';
import { manifestProblems } from './manifest-rules.ts';
import { keysOf, parseManifests } from './manifests.ts';

const IPV6 = SPECIAL_PURPOSE.filter((block) => block.includes(':'));
const ADDRESS = Buffer.from(
  'postgres://a:b@c/d?sslmode=verify-full&sslrootcert=/run/secrets/postgres-ca.pem',
).toString('base64');
const LABELS = 'labels: { name: gatehouse }';

/** As little of a deployment as the rules have nothing against. */
const GOOD = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: own }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data:
  NODE_ENV: production
  PUBLIC_URL: https://login.example.com
  DATABASE_URL_FILE: /run/secrets/database_url
  KEY_ENCRYPTION_KEYS_FILE: /run/secrets/keys
  ARTIFACT_STORE: postgres
  REPLICAS: '4'
  DATABASE_POOL_MAX: '10'
  SHUTDOWN_TIMEOUT_SECONDS: '25'
---
apiVersion: v1
kind: Secret
metadata: { name: own-migrator }
data: { migrator_url: ${ADDRESS} }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: authorities }
data: { postgres-ca.pem: certificate }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: server, annotations: { gatehouse/database-connections: '50' } }
spec:
  strategy: { rollingUpdate: { maxSurge: 1 } }
  template:
    metadata: { ${LABELS} }
    spec:
      serviceAccountName: own
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 35
      containers:
        - name: server
          image: registry.example.com/gatehouse:0.1.0
          envFrom: [{ configMapRef: { name: settings } }]
          ports: [{ name: http, containerPort: 3000 }, { name: admin, containerPort: 9464 }]
          readinessProbe: { httpGet: { path: /health/ready, port: admin } }
          lifecycle: { preStop: { sleep: { seconds: 5 } } }
          volumeMounts: [{ name: secrets, mountPath: /run/secrets }]
        - name: upload
          image: registry.example.com/gatehouse-backup:0.1.0
          env:
            - { name: BACKUP_UPLOAD, value: /usr/local/bin/upload }
            - { name: PGSSL, value: sslrootcert=/run/secrets/postgres-ca.pem }
            - { name: BACKUP_SIGNING_KEY, value: /run/secrets/keys }
          volumeMounts: [{ name: secrets, mountPath: /run/secrets }]
      volumes:
        - name: secrets
          projected:
            sources:
              - { secret: { name: own-secrets } }
              - { secret: { name: own-migrator } }
              - { configMap: { name: authorities, optional: true } }
              - { configMap: { name: nobody-s, optional: true } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: server }
spec: { scaleTargetRef: { kind: Deployment, name: server }, maxReplicas: 3 }
---
apiVersion: v1
kind: Service
metadata: { name: public }
spec: { selector: { name: gatehouse }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: way-in }
spec:
  rules: [{ http: { paths: [{ backend: { service: { name: public, port: { name: http } } } }] } }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: route }
spec:
  rules:
    - backendRefs: [{ name: public, port: 80 }]
      filters: [{ requestHeaderModifier: { remove: [traceparent, tracestate, x-request-id] } }]
    - filters: [{ type: RequestRedirect }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: policy }
spec:
  podSelector: { matchLabels: { name: gatehouse } }
  ingress: [{ ports: [{ port: http }] }]
  egress:
    - to: [{ ipBlock: { cidr: '::/0', except: ['${IPV6.join("', '")}'] } }]
      ports: [{ port: 443 }]
`;

function problemsOf(yaml: string): string[] {
  const manifests = parseManifests(yaml);
  return manifestProblems(
    manifests,
    keysOf(manifests, { 'own-secrets': ['database_url', 'keys'] }),
  );
}

/** What is changed in it, and what the rules say then. */
const BROKEN: readonly { what: string; from: string; to: string; says: RegExp }[] = [
  {
    what: 'a ConfigMap that is not there',
    from: 'name: settings } }]',
    to: 'name: other } }]',
    says: /names ConfigMap other, which is not there/,
  },
  {
    what: 'a Secret that is not there',
    from: 'own-secrets',
    to: 'others',
    says: /names Secret others, which is not there/,
  },
  {
    what: 'a file that no Secret has',
    from: '/run/secrets/keys',
    to: '/run/secrets/key',
    says: /KEY_ENCRYPTION_KEYS_FILE is \/run\/secrets\/key: no such file/,
  },
  {
    what: 'a Secret that is not there among others',
    from: '{ secret: { name: own-migrator } }',
    to: '{ secret: { name: other } }',
    says: /names Secret other, which is not there/,
  },
  {
    what: 'an authority that is not where an address looks for it',
    from: 'postgres-ca.pem:',
    to: 'ca.pem:',
    says: /migrator_url trusts \/run\/secrets\/postgres-ca\.pem, which is not there/,
  },
  {
    what: 'an authority that is not where a variable looks for it',
    from: 'value: sslrootcert=/run/secrets/postgres',
    to: 'value: sslrootcert=/run/secrets/other',
    says: /PGSSL trusts \/run\/secrets\/other-ca\.pem, which is not there/,
  },
  {
    what: 'a file that another program does not find',
    from: 'value: /run/secrets/keys }',
    to: 'value: /run/secrets/signing.pem }',
    says: /names \/run\/secrets\/signing\.pem, which is not there/,
  },
  {
    what: 'a ServiceAccount that is not there',
    from: 'serviceAccountName: own',
    to: 'serviceAccountName: other',
    says: /names ServiceAccount other/,
  },
  {
    what: 'a variable that nothing reads',
    from: 'REPLICAS:',
    to: 'REPLICA:',
    says: /nothing reads REPLICA$/,
  },
  {
    what: 'a value that the server refuses',
    from: 'ARTIFACT_STORE: postgres',
    to: 'ARTIFACT_STORE: disk',
    says: /ARTIFACT_STORE: expected/,
  },
  {
    what: 'variables of other Services',
    from: 'enableServiceLinks: false',
    to: 'enableServiceLinks: true',
    says: /other Services set variables of it/,
  },
  {
    what: 'a token of the API server',
    from: 'automountServiceAccountToken: false',
    to: 'automountServiceAccountToken: true',
    says: /has a token of the API server/,
  },
  {
    what: 'a probe of a port that is not there',
    from: 'ready, port: admin',
    to: 'ready, port: metrics',
    says: /asks port metrics, which it does not have/,
  },
  {
    what: 'less time to end than it takes',
    from: 'terminationGracePeriodSeconds: 35',
    to: 'terminationGracePeriodSeconds: 30',
    says: /has 30 s to end, and needs 35/,
  },
  {
    what: 'a Service of no pod',
    from: 'selector: { name: gatehouse }',
    to: 'selector: { name: other }',
    says: /Service public selects 0 workloads/,
  },
  {
    what: 'metrics for the public',
    from: 'targetPort: http',
    to: 'targetPort: admin',
    says: /leads the public to port admin/,
  },
  {
    what: 'an Ingress to nowhere',
    from: 'service: { name: public',
    to: 'service: { name: other',
    says: /Ingress way-in leads to no port of other/,
  },
  {
    what: 'a route to nowhere',
    from: 'backendRefs: [{ name: public, port: 80',
    to: 'backendRefs: [{ name: public, port: 9464',
    says: /HTTPRoute route leads to no port of public/,
  },
  {
    what: 'names of traces that callers make up',
    from: '[traceparent, ',
    to: '[',
    says: /HTTPRoute route hands on the traceparent that a caller has sent/,
  },
  {
    what: 'a policy about no pod',
    from: 'matchLabels: { name: gatehouse }',
    to: 'matchLabels: { name: other }',
    says: /NetworkPolicy policy selects no pod/,
  },
  {
    what: 'a policy about a port that is not there',
    from: 'ports: [{ port: http }]',
    to: 'ports: [{ port: https }]',
    says: /names port https, which is not there/,
  },
  {
    what: 'a way to addresses that the server refuses',
    from: "'64:ff9b::/96', ",
    to: '',
    says: /NetworkPolicy policy leads to 64:ff9b::\/96, which the server refuses/,
  },
  {
    what: 'backups that cannot be taken elsewhere',
    from: 'ports: [{ port: 443 }]',
    to: 'ports: [{ port: 5432 }]',
    says: /Deployment server has no way to where it takes backups/,
  },
  {
    what: 'no way to addresses that the server asks',
    from: "'fe80::/9'",
    to: "'fe80::/9', '2a00::/12'",
    says: /NetworkPolicy policy leaves out 2a00::\/12, which the server asks/,
  },
  {
    what: 'an autoscaler of nothing',
    from: 'kind: Deployment, name: server',
    to: 'kind: Deployment, name: other',
    says: /HorizontalPodAutoscaler server scales nothing/,
  },
  {
    what: 'more replicas than there are connections for',
    from: 'maxReplicas: 3',
    to: 'maxReplicas: 4',
    says: /5 replicas want 60 connections, and PostgreSQL has 50/,
  },
  {
    what: 'replicas that the server is not told of',
    from: "REPLICAS: '4'",
    to: "REPLICAS: '3'",
    says: /REPLICAS is 3, and 4 may be at once/,
  },
];

describe('rules for what schemas of manifests do not see', () => {
  it('have nothing against a deployment that is right', () => {
    assert.deepEqual(problemsOf(GOOD), []);
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
