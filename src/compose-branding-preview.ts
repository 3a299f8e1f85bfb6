import { REMEMBERED_BROWSER_SECONDS } from './accounts/remember-browser.ts';
import type { PreviewedPage } from './demo/branding.ts';
import type { BrandingPreview, PreviewLanguage } from './demo/branding-preview.ts';
import type { Page } from './http/render-page.ts';
import { type Messages, messagesFor, PAGE_LANGUAGES } from './interactions/messages/messages.ts';
import { pageFrame, welcomeText } from './interactions/page-frame.ts';
import { consentPage } from './interactions/pages/consent-page.ts';
import { secondFactorPage } from './interactions/pages/second-factor-page.ts';
import { signInPage } from './interactions/pages/sign-in-page.ts';
import { NO_UPSTREAM } from './interactions/pages/upstream-pages.ts';
import { LANGUAGES, type LanguageTag } from './languages/languages.ts';
import { DEFAULT_TENANT_SETTINGS, type Tenant } from './tenants/tenant.ts';

/** Forms that lead nowhere: the playground shows them under a policy that says so. */
const FORM = { action: '', csrf: '', formTargets: [] };
const PERSON = { name: 'Alice Example', username: 'alice@example.com' };
const APPLICATION = 'Notes';

const PAGES: Readonly<Record<PreviewedPage, (messages: Messages, tenant: Tenant) => Page>> = {
  'sign-in': (messages, tenant) =>
    signInPage(messages, {
      ...FORM,
      clientName: APPLICATION,
      why: 'start',
      identifier: '',
      account: undefined,
      remember: false,
      problem: undefined,
      welcome: welcomeText(tenant, messages),
      ways: ['password', 'recover', 'register'],
      upstream: NO_UPSTREAM,
    }),
  consent: (messages, tenant) =>
    consentPage(messages, {
      ...FORM,
      siteName: tenant.name,
      client: {
        name: APPLICATION,
        firstParty: false,
        websiteUri: undefined,
        policyUri: undefined,
        termsUri: undefined,
      },
      redirectUri: 'https://notes.example/callback',
      account: PERSON,
      asked: { scopes: ['openid', 'profile', 'email'], claims: [], resourceScopes: {} },
      nothingNew: false,
      applicationNames: {},
    }),
  code: (messages, tenant) =>
    secondFactorPage(messages, {
      ...FORM,
      siteName: tenant.name,
      account: PERSON,
      chosen: 'totp',
      methods: ['totp', 'recovery_code'],
      rememberSeconds: REMEMBERED_BROWSER_SECONDS,
      remember: false,
      problem: undefined,
      passkey: undefined,
    }),
};

/** What the playground shows of the hosted pages: the real ones, with made-up people. */
export const brandingPreview: BrandingPreview = {
  languages: [languageOf('en'), ...PAGE_LANGUAGES.filter((tag) => tag !== 'en').map(languageOf)],
  async draw(name, { language, ...branding }) {
    const messages = await messagesFor([language]);
    const { accentColor, links, logo } = branding;
    const tenant: Tenant = {
      id: '',
      slug: 'preview',
      name: branding.name,
      customIssuer: undefined,
      settings: {
        ...DEFAULT_TENANT_SETTINGS,
        branding: {
          ...(accentColor === undefined ? {} : { accentColor }),
          ...links,
          welcomeText: branding.welcomeText,
          ...(logo === undefined ? {} : { logo }),
        },
      },
      version: 0,
      disabled: false,
    };
    return { frame: pageFrame(tenant, messages), page: PAGES[name](messages, tenant) };
  },
};

function languageOf(tag: LanguageTag): PreviewLanguage {
  return { tag, name: LANGUAGES[tag].name };
}
