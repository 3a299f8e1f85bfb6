import type { ParameterizedContext } from 'koa';
import { sha256 } from '../crypto/digest.ts';

/**
 * Which browser proved what an interaction holds.
 *
 * An interaction is known by cookies that whoever began it has seen, and can put into somebody
 * else's browser from a host of the same parent domain. Then both are in the middle of one sign-in,
 * and what one of them proves would sign the other in. So each proof gives the browser that it came
 * from a cookie of its own, signed, which no browser has that was there before.
 */

/** What has been proved so far: who it is, and by what. */
export interface ProvedLogin {
  readonly accountId: string;
  readonly acr?: string | undefined;
  readonly amr?: readonly string[] | undefined;
}

type CookieContext = Pick<ParameterizedContext, 'cookies'> & {
  readonly state: { readonly tenant: { readonly slug: string } };
};

/**
 * Gives this browser what shows that it was the one, on the interaction's pages and where it is
 * resumed, for as long as the interaction lives.
 *
 * @param interaction.path - where its pages are
 */
export function markProvingBrowser(
  ctx: CookieContext,
  interaction: {
    readonly uid: string;
    readonly path: string;
    readonly returnTo: string;
    readonly exp: number;
  },
  proved: ProvedLogin,
  now: Date,
): void {
  const { uid, path, returnTo, exp } = interaction;
  for (const where of [path, new URL(returnTo).pathname]) {
    ctx.cookies.set(cookieName(ctx), markOf(uid, proved), {
      path: where,
      maxAge: Math.max(exp * 1000 - now.getTime(), 1000),
      httpOnly: true,
      sameSite: 'lax',
      signed: true,
    });
  }
}

/** Whether it was another browser that proved this, or this one has lost what shows it. */
export function isProvedElsewhere(ctx: CookieContext, uid: string, proved: ProvedLogin): boolean {
  return ctx.cookies.get(cookieName(ctx), { signed: true }) !== markOf(uid, proved);
}

/** No secret, since it is signed; a proof on top of another makes another one. */
function markOf(uid: string, { accountId, acr, amr = [] }: ProvedLogin): string {
  return sha256(JSON.stringify([uid, accountId, acr, ...amr]));
}

function cookieName({ state }: CookieContext): string {
  return `gatehouse_proof_${state.tenant.slug}`;
}
