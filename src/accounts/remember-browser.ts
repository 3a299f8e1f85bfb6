import type { AuditLog } from '../audit/audit-log.ts';
import { sha256 } from '../crypto/digest.ts';
import { randomId } from '../crypto/random-id.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { BrowserStore } from './browser-store.ts';
import type { RequestedBy } from './reset-password.ts';

/** How long a browser is remembered. */
export const REMEMBERED_BROWSER_SECONDS = 30 * 24 * 60 * 60;

/** Longest description of a browser that is stored, in UTF-16 units. */
const USER_AGENT_MAX_LENGTH = 512;

/**
 * Remembers a browser in which a second factor was just proved, so that the account need not prove
 * it there again for 30 days. It is forgotten before when the password or a factor changes.
 *
 * @param input.userAgent - the browser's own description of itself
 * @returns the token goes into a cookie of this browser and nowhere else; only its SHA-256 is stored
 * @throws NotFoundError when there is no such account; StorageUnavailableError
 */
export async function rememberBrowser(
  deps: {
    readonly browsers: Pick<BrowserStore, 'add'>;
    readonly audit: Pick<AuditLog, 'record'>;
    readonly now: () => Date;
  },
  tenant: Tenant,
  input: {
    readonly accountId: string;
    readonly userAgent: string;
    readonly address: string;
    readonly requestId: string;
  },
): Promise<{ token: string; expiresAt: Date }> {
  const { accountId, address, requestId } = input;
  const token = randomId();
  const createdAt = deps.now();
  const expiresAt = new Date(createdAt.getTime() + REMEMBERED_BROWSER_SECONDS * 1000);
  await deps.browsers.add(tenant.id, {
    accountId,
    digest: sha256(token),
    userAgent: input.userAgent
      .slice(0, USER_AGENT_MAX_LENGTH)
      .toWellFormed()
      .replace(/\p{Cc}+/gu, ' '),
    address,
    createdAt,
    expiresAt,
  });
  await deps.audit.record({
    kind: 'browser.remembered',
    tenantId: tenant.id,
    outcome: 'success',
    actor: { type: 'account', id: accountId },
    address,
    requestId,
  });
  return { token, expiresAt };
}

/**
 * Whether the account proved a second factor in this browser that still counts.
 *
 * @param input.token - from the cookie, any text; undefined without one
 * @throws StorageUnavailableError
 */
export async function isRememberedBrowser(
  deps: { readonly browsers: Pick<BrowserStore, 'use'> },
  tenant: Tenant,
  input: { readonly accountId: string; readonly token: string | undefined },
): Promise<boolean> {
  if (input.token === undefined) return false;
  const found = await deps.browsers.use(tenant.id, input.accountId, sha256(input.token));
  return found !== undefined;
}

/**
 * Forgets one remembered browser of an account, or all of them.
 *
 * @param input.id - of `BrowserStore.list`; without it all are forgotten
 * @param input.by - for the audit log
 * @returns how many were forgotten
 * @throws StorageUnavailableError
 */
export async function forgetBrowsers(
  deps: {
    readonly browsers: Pick<BrowserStore, 'remove' | 'removeAll'>;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Tenant,
  input: { readonly accountId: string; readonly id?: string; readonly by: RequestedBy },
): Promise<number> {
  const { accountId, id, by } = input;
  const forgotten =
    id === undefined
      ? await deps.browsers.removeAll(tenant.id, accountId)
      : Number(await deps.browsers.remove(tenant.id, accountId, id));
  if (forgotten > 0) {
    await deps.audit.record({
      ...by,
      kind: 'browser.forgotten',
      tenantId: tenant.id,
      outcome: 'success',
      subject: { type: 'account', id: accountId },
      detail: { count: forgotten },
    });
  }
  return forgotten;
}
