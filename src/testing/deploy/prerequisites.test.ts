import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseManifests } from './manifests.ts';
import { prerequisitesOf } from './prerequisites.ts';

const of = (yaml: string) => prerequisitesOf(parseManifests(yaml));

describe('what a cluster has to have before a deployment', () => {
  it('is nothing for what every cluster has', () => {
    const yaml = `
apiVersion: v1
kind: Service
metadata: { name: own }
spec: { selector: { name: own } }`;
    assert.deepEqual(of(yaml), []);
  });

  it('is whoever makes something of an object', () => {
    const yaml = ['monitoring.coreos.com/v1', 'external-secrets.io/v1']
      .map((group) => `apiVersion: ${group}\nkind: Any\nmetadata: { name: own }\n`)
      .join('---\n');
    assert.deepEqual(of(yaml), ['Prometheus Operator', 'External Secrets Operator']);
  });

  it('is what objects name and do not bring', () => {
    const yaml = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: own, annotations: { cert-manager.io/cluster-issuer: letsencrypt } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: own }
spec: { secretStoreRef: { kind: ClusterSecretStore, name: vault } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: own }
spec: { parentRefs: [{ name: public, namespace: gateway }] }`;
    assert.deepEqual(of(yaml).toSorted(), [
      'External Secrets Operator',
      'Gateway API',
      'cert-manager',
      'gateway',
      'letsencrypt',
      'public',
      'vault',
    ]);
  });

  it('is a namespace that a policy is about, whichever way it says so', () => {
    const yaml = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own }
spec:
  ingress:
    - from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: one } } }]
    - from:
        - namespaceSelector:
            matchExpressions: [{ key: kubernetes.io/metadata.name, operator: In, values: [two, three] }]`;
    assert.deepEqual(of(yaml), ['NetworkPolicy', 'one', 'two', 'three']);
  });

  it('is a class of disks where a claim names none', () => {
    const claim = (more: string) => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: own }
spec: { accessModes: [ReadWriteOnce]${more} }`;
    assert.deepEqual(of(claim('')), ['default StorageClass']);
    assert.deepEqual(of(claim(', storageClassName: fast')), []);
  });
});
