import type { LanguageMenu, PageFrame } from '../http/render-page.ts';
import { displayName } from '../languages/display-text.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Messages } from './messages/messages.ts';
import { webLink } from './web-link.ts';

/** As long as seed files allow. */
const WELCOME_MAX_CHARACTERS = 300;

/** What a page says about itself when no tenant is known: an unknown host, a failing start. */
const NOBODYS_NAME = 'Gatehouse';

/**
 * The frame of a tenant's pages: its name, colour and links, all of them data.
 *
 * @param tenant - undefined when the request belongs to none
 * @param languages - from `languageMenu`
 */
export function pageFrame(
  tenant: Tenant | undefined,
  messages: Messages,
  languages?: LanguageMenu,
): PageFrame {
  const branding = tenant?.settings.branding ?? {};
  return {
    siteName: displayName(tenant?.name ?? NOBODYS_NAME),
    lang: messages.lang,
    dir: messages.dir,
    accentColor: branding.accentColor,
    logo: branding.logo,
    links: [
      { text: messages.footer.privacy, href: webLink(branding.privacyUrl) },
      { text: messages.footer.terms, href: webLink(branding.termsUrl) },
      { text: messages.footer.support, href: webLink(branding.supportUrl) },
      { text: messages.footer.imprint, href: webLink(branding.imprintUrl) },
    ].flatMap(({ text, href }) => (href === undefined ? [] : [{ text, href }])),
    linksLabel: messages.footer.label,
    languages,
    ownHost: tenant?.customIssuer !== undefined,
  };
}

/** What a tenant has to say on its sign-in page, in the page's language or for all. */
export function welcomeText({ settings }: Tenant, { lang }: Messages): string | undefined {
  const texts = settings.branding.welcomeText;
  const text = texts?.[lang] ?? texts?.default;
  return text === undefined ? undefined : displayName(text, WELCOME_MAX_CHARACTERS);
}
