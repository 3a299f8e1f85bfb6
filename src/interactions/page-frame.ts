import type { ParameterizedContext } from 'koa';
import type { PageFrame } from '../http/render-page.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { displayName } from './display-text.ts';
import { type Messages, messagesFor } from './messages/messages.ts';
import { webLink } from './web-link.ts';

/** What a page says about itself when no tenant is known: an unknown host, a failing start. */
const NOBODYS_NAME = 'Gatehouse';

/**
 * The frame of a tenant's pages: its name, colour and links, all of them data.
 *
 * @param tenant - undefined when the request belongs to none
 */
export function pageFrame(tenant: Tenant | undefined, messages: Messages): PageFrame {
  const branding = tenant?.settings.branding ?? {};
  return {
    siteName: displayName(tenant?.name ?? NOBODYS_NAME),
    lang: messages.lang,
    dir: messages.dir,
    accentColor: branding.accentColor,
    links: [
      { text: messages.footer.privacy, href: webLink(branding.privacyUrl) },
      { text: messages.footer.terms, href: webLink(branding.termsUrl) },
      { text: messages.footer.support, href: webLink(branding.supportUrl) },
    ].flatMap(({ text, href }) => (href === undefined ? [] : [{ text, href }])),
    linksLabel: messages.footer.label,
    ownHost: tenant?.customIssuer !== undefined,
  };
}

/**
 * The language of a request: what the application asked for, then what the browser prefers.
 *
 * @param uiLocales - the parameter as sent, of any type
 */
export function requestMessages(
  ctx: Pick<ParameterizedContext, 'get'>,
  uiLocales?: unknown,
): Messages {
  const asked = typeof uiLocales === 'string' ? uiLocales.split(' ') : [];
  const accepted = ctx
    .get('Accept-Language')
    .split(',')
    .map((range) => range.split(';')[0]?.trim() ?? '');
  return messagesFor([...asked, ...accepted].slice(0, 20));
}
