import type { DesiredApplication, DesiredClient, DesiredTenant } from './seed.ts';
import { addChange, fingerprint, type Planning } from './seed-plan.ts';
import type { CurrentTenant } from './seed-store.ts';

/** Compares one client with what is stored. */
export function planClient(
  plan: Planning,
  tenant: DesiredTenant,
  application: DesiredApplication,
  client: DesiredClient,
  stored: CurrentTenant | undefined,
): void {
  const { clientId, metadata, roles } = client;
  const before = stored?.clients.find((one) => one.clientId === clientId);
  const secret = secretOf(plan, tenant.slug, client, before?.secretDigest);
  addChange(
    plan,
    clientId,
    before && {
      fields: {
        application: before.application,
        ...before.metadata,
        client_secret: before.secretDigest && fingerprint(before.secretDigest),
        roles: before.roles,
      },
      managed: before.managed,
      record: before.record,
    },
    {
      fields: {
        application: application.key,
        ...metadata,
        client_secret: secret.digest && fingerprint(secret.digest),
        roles,
      },
      ...(secret.generateInto === undefined
        ? {}
        : { said: { client_secret: `generated into ${secret.generateInto}` } }),
    },
    {
      kind: 'client',
      tenant: tenant.slug,
      application: application.key,
      clientId,
      metadata,
      secretDigest: secret.digest,
      roles,
    },
    secret.generateInto === undefined ? undefined : { kind: 'generate', path: secret.generateInto },
  );
}

/** The digest that a client is to have, or the file that its new secret goes into. */
function secretOf(
  plan: Planning,
  tenant: string,
  client: DesiredClient,
  stored: string | undefined,
): { digest: string | undefined; generateInto?: string } {
  const { secret } = client;
  if (secret?.kind !== 'generated') return { digest: secret?.digest };
  const inFile = plan.generated.get(secret.path);
  if (inFile !== undefined) return { digest: inFile };
  if (stored === undefined) return { digest: undefined, generateInto: secret.path };
  // Making a new one here would lock out whoever uses the one that was taken elsewhere.
  plan.warnings.push(
    `client ${client.clientId} of tenant ${tenant} keeps its secret, but ${secret.path} is not here; if it is lost, make a new one: gatehouse client rotate-secret ${client.clientId} --tenant ${tenant} --write-to ${secret.path}`,
  );
  return { digest: stored };
}
