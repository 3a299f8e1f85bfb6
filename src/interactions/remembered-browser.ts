import { sha256 } from '../crypto/digest.ts';
import { readTenantCookie, setTenantCookie } from './tenant-cookie.ts';
import type { InteractionDeps, Visit } from './visit.ts';

const COOKIE = 'browser';
/** People who share a browser and are remembered in it; the one who was so longest ago drops out. */
const MAX_ACCOUNTS = 5;
/** Whose a token is, shortened, and the token; divided by what neither holds. */
const ENTRY = /^([\w-]{8})~([\w-]{43})$/;
const BETWEEN = '.';

interface Entry {
  readonly owner: string;
  readonly token: string;
}

/**
 * Whether an account need not prove a second factor in this browser. A token of somebody else, one
 * that is old, or a cookie that somebody made up is as good as none.
 *
 * @throws StorageUnavailableError
 */
export async function isRemembered(
  deps: Pick<InteractionDeps, 'factors'>,
  { ctx }: Visit,
  accountId: string,
): Promise<boolean> {
  const own = entries(ctx).find(({ owner }) => owner === ownerOf(accountId));
  if (own === undefined) return false;
  return deps.factors.isRememberedBrowser(ctx.state.tenant, { accountId, token: own.token });
}

/**
 * Remembers this browser for an account that has just proved a second factor in it, beside the
 * other people who use it.
 *
 * @throws NotFoundError, StorageUnavailableError; nothing was remembered
 */
export async function rememberThisBrowser(
  deps: Pick<InteractionDeps, 'factors'>,
  { ctx }: Visit,
  accountId: string,
): Promise<void> {
  const { tenant, address, requestId, startedAt } = ctx.state;
  const { token, expiresAt } = await deps.factors.rememberBrowser(tenant, {
    accountId,
    userAgent: ctx.get('User-Agent'),
    address,
    requestId,
  });
  const owner = ownerOf(accountId);
  const others = entries(ctx).filter((entry) => entry.owner !== owner);
  setTenantCookie(ctx, {
    name: COOKIE,
    value: [{ owner, token }, ...others]
      .slice(0, MAX_ACCOUNTS)
      .map((entry) => `${entry.owner}~${entry.token}`)
      .join(BETWEEN),
    // As long as the newest of them; the older ones end where they are stored.
    seconds: Math.floor((expiresAt.getTime() - startedAt.getTime()) / 1000),
  });
}

/** What the browser brought; what has another form is not ours. */
function entries(ctx: Visit['ctx']): Entry[] {
  const cookie = readTenantCookie(ctx, ctx.state.tenant, COOKIE) ?? '';
  return cookie.split(BETWEEN, MAX_ACCOUNTS).flatMap((part) => {
    const [, owner, token] = ENTRY.exec(part) ?? [];
    return owner === undefined || token === undefined ? [] : [{ owner, token }];
  });
}

/** Enough to tell a few people apart, and no id. */
function ownerOf(accountId: string): string {
  return sha256(accountId).slice(0, 8);
}
