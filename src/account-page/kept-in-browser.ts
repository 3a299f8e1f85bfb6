import { SealError } from '../crypto/sealing.ts';
import { readTenantCookie, setTenantCookie } from '../interactions/tenant-cookie.ts';
import type { AccountPageDeps, AccountVisit } from './visit.ts';

/**
 * What a page needs again after a redirect and no store should hold: it goes along in a cookie of
 * this browser, sealed for this session and for a few minutes.
 */
interface Kept {
  readonly value: unknown;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** For how long. A sealing key has to stay that long after it sealed last. */
export const KEPT_IN_BROWSER_SECONDS = 15 * 60;

type Deps = Pick<AccountPageDeps, 'sealer' | 'now'>;

/** @param name - what it is; letters */
export function keepInBrowser(deps: Deps, visit: AccountVisit, name: string, value: unknown): void {
  const kept: Kept = { value, until: deps.now().getTime() + KEPT_IN_BROWSER_SECONDS * 1000 };
  const sealed = deps.sealer.seal(JSON.stringify(kept), contextOf(visit, name));
  setTenantCookie(visit.ctx, { name, value: sealed, seconds: KEPT_IN_BROWSER_SECONDS });
}

/** What is kept; undefined when there is nothing, it is too old, or of another session. */
export function keptInBrowser(deps: Deps, visit: AccountVisit, name: string): unknown {
  const { ctx } = visit;
  const cookie = readTenantCookie(ctx, ctx.state.tenant, name);
  if (cookie === undefined || cookie === '') return undefined;
  try {
    const kept = JSON.parse(deps.sealer.open(cookie, contextOf(visit, name))) as Kept;
    return kept.until > deps.now().getTime() ? kept.value : undefined;
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

export function forgetInBrowser({ ctx }: Pick<AccountVisit, 'ctx'>, name: string): void {
  setTenantCookie(ctx, { name, value: '', seconds: 0 });
}

function contextOf({ ctx, session }: AccountVisit, name: string) {
  return {
    tenant: ctx.state.tenant.id,
    purpose: `account page.${name}`,
    record: session.uid,
    version: 1,
  };
}
