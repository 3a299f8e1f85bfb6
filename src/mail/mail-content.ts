import type { SealContext, Sealer } from '../crypto/sealing.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { RenderedMail } from './render-mail.ts';

/** Where the seal of what a message says belongs. */
export const mailSealContext = (tenantId: TenantId, id: string): SealContext => ({
  tenant: tenantId,
  purpose: 'mail',
  record: id,
  version: 1,
});

/** Seals what a message says, for its row in the outbox alone. */
export function sealMail(
  sealer: Pick<Sealer, 'seal'>,
  tenantId: TenantId,
  id: string,
  mail: RenderedMail,
): string {
  return sealer.seal(JSON.stringify(mail), mailSealContext(tenantId, id));
}

/**
 * Opens it again.
 *
 * @throws SealError when its key is gone, or the row is not the one it was sealed for
 */
export function openMail(
  sealer: Pick<Sealer, 'open'>,
  tenantId: TenantId,
  id: string,
  sealed: string,
): RenderedMail {
  return JSON.parse(sealer.open(sealed, mailSealContext(tenantId, id)));
}
