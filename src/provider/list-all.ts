import type { TenantId } from '../tenants/tenant.ts';
import type { ArtifactStore, ListedArtifact, ListedModel } from './artifact-store.ts';

/** What one round trip brings. */
const PAGE = 500;
/** More than any person has; a robot that signs in every minute for two weeks comes near. */
const MAX_PAGES = 50;

/**
 * Everything that an account has of one model, page by page; at most 25,000.
 *
 * @throws StorageUnavailableError
 */
export async function listAll(
  artifacts: Pick<ArtifactStore, 'listByAccount'>,
  tenantId: TenantId,
  accountId: string,
  model: ListedModel,
): Promise<ListedArtifact[]> {
  const all: ListedArtifact[] = [];
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const after = all.at(-1);
    const page = await artifacts.listByAccount(tenantId, accountId, model, {
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    all.push(...page);
    if (page.length < PAGE) break;
  }
  return all;
}
