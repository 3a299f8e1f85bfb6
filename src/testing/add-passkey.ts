import { randomUUID } from 'node:crypto';
import type { Passkey } from '../accounts/passkey.ts';
import {
  beginPasskeyRegistration,
  finishPasskeyRegistration,
  type PasskeyCreationOptions,
} from '../accounts/register-passkey.ts';
import type { TestDeployment } from './gatehouse.ts';

/**
 * Adds a passkey to an account of a deployment, as the page that adds one does.
 *
 * @param create - answers `navigator.credentials.create`; JSON, as the page's script sends it
 */
export async function addPasskey(
  { backends, publicUrl }: Pick<TestDeployment, 'backends' | 'publicUrl'>,
  owner: { slug?: string; identifier: string },
  create: (options: PasskeyCreationOptions) => string | Promise<string>,
): Promise<Passkey> {
  const { slug = 'default', identifier } = owner;
  const { tenants, accounts, passkeys, audit } = backends;
  const deps = { passkeys, audit, now: () => new Date() };
  const tenant = await tenants.findBySlug(slug);
  const found = tenant && (await accounts.findByIdentifier(tenant.id, identifier));
  if (tenant === undefined || found === undefined) throw new Error(`no ${identifier} in ${slug}`);
  const { account } = found;
  const issuer = slug === 'default' ? publicUrl : `${publicUrl}/t/${slug}`;
  const where = { issuer, binding: randomUUID() };
  const begun = await beginPasskeyRegistration(deps, tenant, { ...where, account });
  if (begun.outcome !== 'offered') throw new Error(begun.outcome);
  const added = await finishPasskeyRegistration(deps, tenant, {
    ...where,
    accountId: account.id,
    response: await create(begun.options),
    address: '192.0.2.1',
    requestId: randomUUID(),
  });
  if (added.outcome !== 'added') throw new Error(added.outcome);
  return added.passkey;
}
