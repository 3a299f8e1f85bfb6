import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { ClientMetadata } from '../applications/client.ts';
import type { TenantCatalog } from './tenant-catalog.ts';

/** Of what clients may use, what this release serves. */
const GRANT_TYPES = new Set(['authorization_code', 'refresh_token', 'client_credentials']);

/** A grant type that only a newer release serves does not keep a client from the others. */
function knownHere(metadata: ClientMetadata): ClientMetadata {
  const { grant_types: types } = metadata;
  if (!Array.isArray(types)) return metadata;
  return { ...metadata, grant_types: types.filter((type) => GRANT_TYPES.has(type)) };
}

/** Clients live in the applications room; the library only reads them. */
export function clientAdapter(catalog: TenantCatalog): Adapter {
  const readOnly = async () => {
    throw new TypeError('clients are registered by seeds, not through the adapter');
  };
  return {
    async find(clientId) {
      const registered = await catalog.client(clientId);
      if (registered === undefined || registered.disabled) return undefined;
      const [current] = registered.secretDigests;
      return {
        ...knownHere(registered.metadata),
        client_id: registered.clientId,
        // A stand-in: the library wants to see a secret, but compares through our override.
        ...(current === undefined ? {} : { client_secret: current.digest }),
      } as AdapterPayload;
    },
    findByUid: readOnly,
    findByUserCode: readOnly,
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
  };
}
