import type { DesiredTenant, DesiredUpstream } from './seed.ts';
import { addChange, fingerprint, type Planning, refuse } from './seed-plan.ts';
import type { CurrentTenant } from './seed-store.ts';

/** Compares one upstream provider with what is stored. */
export function planUpstream(
  plan: Planning,
  { slug }: DesiredTenant,
  upstream: DesiredUpstream,
  stored: CurrentTenant | undefined,
): void {
  const { place: _place, key, secret, ...values } = upstream;
  const { clientId, ...rest } = values;
  const before = stored?.upstreams.find((one) => one.key === key);
  if (before !== undefined && before.issuer !== upstream.issuer) {
    plan.warnings.push(
      `upstream ${key} of tenant ${slug} moves to another issuer: identities that are linked to accounts are of the old one, and sign nobody in any more`,
    );
  }
  if (secret.value === undefined && secret.digest !== before?.secretDigest) {
    const found = 'the hash of another secret than the one that is stored here';
    refuse(plan, secret.place, `expected env, file or value, found ${found}`);
  }
  addChange(
    plan,
    key,
    before && {
      fields: {
        name: before.name,
        issuer: before.issuer,
        client_id: before.clientId,
        client_secret: fingerprint(before.secretDigest),
        scopes: before.scopes,
        prompt: before.prompt,
        trustEmail: before.trustEmail,
        registration: before.registration,
        emailDomains: before.emailDomains,
      },
      managed: before.managed,
      record: before.record,
    },
    { fields: { ...rest, client_id: clientId, client_secret: fingerprint(secret.digest) } },
    { kind: 'upstream', tenant: slug, key, ...values, secretDigest: secret.digest },
    secret.value === undefined ? undefined : { kind: 'seal', secret: secret.value },
  );
}
