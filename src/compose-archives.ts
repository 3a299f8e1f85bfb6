import { randomUUID } from 'node:crypto';
import { exportTenant } from './archives/export-tenant.ts';
import { examineArchive, importTenant } from './archives/import-tenant.ts';
import type { ArchiveCommands } from './cli/cli-context.ts';
import type { Backends } from './compose-backends.ts';
import { SEAL_CONTEXTS } from './compose-reseal.ts';
import { loadDeploymentSecrets } from './keys/deployment-secrets.ts';
import { issuerOf } from './tenants/issuer.ts';

/** Wires what writes a tenant into a file, and brings it back from one. */
export function archiveCommands(options: {
  backends: Backends;
  publicUrl: string;
  now: () => Date;
}): ArchiveCommands {
  const { backends, publicUrl, now } = options;
  const { tenantArchives: archives, audit, notifications, sealer } = backends;
  const sealed = { sealer, contexts: SEAL_CONTEXTS };
  const secrets = () => loadDeploymentSecrets({ store: backends.deploymentSecrets, sealer, now });
  return {
    async write(tenant, input) {
      const { passwordPepper, clientSecretPepper, lookupKey } = await secrets();
      const own = { passwordPepper, clientSecretPepper, lookupKey };
      const deps = { ...sealed, archives, audit, secrets: own, now, newId: randomUUID };
      return exportTenant(deps, tenant, { ...input, issuer: issuerOf(tenant, publicUrl) });
    },
    examine: (file, input) => examineArchive({ archives }, file, input),
    async bring(file, proven, input) {
      const { clientSecretPepper } = await secrets();
      const deps = { ...sealed, archives, audit, clientSecretPepper, notifications };
      return importTenant(deps, file, proven, input);
    },
    async discard(unfinished, actor) {
      await archives.discard(unfinished.tenantId);
      await audit.record({
        kind: 'tenant.import_discarded',
        tenantId: undefined,
        outcome: 'success',
        actor,
        subject: { type: 'tenant', id: unfinished.slug },
        detail: { rows: unfinished.rows },
      });
    },
  };
}
