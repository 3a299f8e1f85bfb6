import type { ParameterizedContext } from 'koa';
import type { Tenant } from '../tenants/tenant.ts';
import type { Visit } from './visit.ts';

/**
 * Cookies that our own pages keep beside the protocol's: one for each tenant, because the default
 * tenant's path covers all of them.
 *
 * @param name - what it keeps; letters
 */
export function readTenantCookie(
  ctx: Pick<ParameterizedContext, 'get'>,
  tenant: Pick<Tenant, 'slug'>,
  name: string,
): string | undefined {
  const prefix = `${cookieName(tenant, name)}=`;
  return ctx
    .get('Cookie')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix))
    ?.slice(prefix.length);
}

/**
 * Keeps something in this browser, for the tenant's pages alone.
 *
 * @param cookie.value - of the characters that a cookie may have
 * @see RFC 6265, section 4.1.1
 */
export function setTenantCookie(
  ctx: Pick<Visit['ctx'], 'append' | 'state'>,
  cookie: { readonly name: string; readonly value: string; readonly seconds: number },
): void {
  const { tenant, issuer, issuerPath } = ctx.state;
  const parts = [
    `${cookieName(tenant, cookie.name)}=${cookie.value}`,
    `Path=${issuerPath === '' ? '/' : issuerPath}`,
    `Max-Age=${cookie.seconds}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(issuer.startsWith('https:') ? ['Secure'] : []),
  ];
  ctx.append('Set-Cookie', parts.join('; '));
}

function cookieName({ slug }: Pick<Tenant, 'slug'>, name: string): string {
  return `gatehouse_${name}_${slug}`;
}
