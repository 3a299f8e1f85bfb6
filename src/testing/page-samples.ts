/**
 * Every hosted page as it looks in each of its states, with made-up people: what the tests of
 * markup, weight and accessibility open, and what screenshots are taken of.
 */
import type { PasskeyRequestOptions } from '../accounts/sign-in-with-passkey.ts';
import type { Page, PageFrame } from '../http/render-page.ts';
import { languageMenu } from '../interactions/language-choice.ts';
import type { Messages } from '../interactions/messages/messages.ts';
import { accountChoicePage } from '../interactions/pages/account-choice-page.ts';
import { applicationGatePage } from '../interactions/pages/application-gate-page.ts';
import { type ConsentView, consentPage } from '../interactions/pages/consent-page.ts';
import { errorPage } from '../interactions/pages/error-page.ts';
import { expiredPage } from '../interactions/pages/expired-page.ts';
import { logoutConfirmPage, logoutDonePage } from '../interactions/pages/logout-pages.ts';
import {
  invalidInvitationPage,
  invitationDonePage,
  invitationPage,
  type RegisterView,
  registerPage,
} from '../interactions/pages/register-pages.ts';
import {
  invalidLinkPage,
  resetPasswordDonePage,
  resetPasswordPage,
} from '../interactions/pages/reset-password-pages.ts';
import { type SignInView, signInPage } from '../interactions/pages/sign-in-page.ts';
import { NO_UPSTREAM } from '../interactions/pages/upstream-pages.ts';
import {
  identifierPage,
  mailedCodePage,
  recoverSentPage,
  verifyEmailPage,
} from '../interactions/pages/way-pages.ts';
import { accountPageSamples } from './account-page-samples.ts';
import { secondFactorSamples } from './second-factor-samples.ts';
import { upstreamSamples } from './upstream-samples.ts';

/** What strangers can put on a page; `ordinaryNames` or something hostile. */
export interface SampleNames {
  readonly site: string;
  readonly client: string;
  readonly application: string;
  readonly person: string;
  readonly username: string;
  readonly typed: string;
  readonly scope: string;
  readonly audience: string;
  readonly description: string;
  readonly link: string;
}

export const ordinaryNames: SampleNames = {
  site: 'Acme',
  client: 'Notes',
  application: 'Notes',
  person: 'Alice Example',
  username: 'alice@acme.example',
  typed: 'alice',
  scope: 'notes:read',
  audience: 'https://api.notes.example',
  description: 'redirect_uri did not match any of the registered redirect_uris',
  link: 'https://notes.example/about',
};

/** Names as somebody chooses them who wants to run script here, or to mislead. */
export const hostileNames: SampleNames = {
  site: '<img src=x onerror=alert(1)>',
  client: '</title><script>alert(1)</script>',
  application: '"><svg onload=alert(1)>',
  person: "' autofocus onfocus='alert(1)",
  username: '"onmouseover="alert(1)" <b>bold</b>',
  typed: '"><script>alert(1)</script>',
  scope: '{{7*7}}<%= it.csrf %><i>',
  audience: 'javascript:alert(1)',
  description: '<a href="javascript:alert(1)">&lt;&amp;',
  link: 'javascript:alert(document.domain)',
};

/** Names that are long, written from right to left, or hold invisible marks. */
export const awkwardNames: SampleNames = {
  site: 'مؤسسة الاختبار للهوية الرقمية',
  client: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
  application: '\u202egnp.exe\u2066 תוכנה',
  person: 'Æ'.repeat(400),
  username: `${'very-long-name.'.repeat(12)}@${'subdomain.'.repeat(10)}example`,
  typed: '\u0000\u200b 👩🏽‍🚀 ',
  scope: 'urn:example:'.concat('a'.repeat(200)),
  audience: `https://${'api.'.repeat(30)}example/with/a/long/path`,
  description: 'no spaces '.concat('x'.repeat(600)),
  link: 'https://xn--mgbh0fb.example/%D8%A8',
};

/** What surrounds the samples: a tenant's links, and the menu of languages. */
export function sampleFrame(
  messages: Messages,
  names: SampleNames,
  accentColor?: string,
): PageFrame {
  const { footer } = messages;
  return {
    siteName: names.site,
    lang: messages.lang,
    dir: messages.dir,
    accentColor,
    links: [
      { text: footer.privacy, href: 'https://acme.example/privacy' },
      { text: footer.terms, href: 'https://acme.example/terms' },
      { text: footer.support, href: 'https://acme.example/help' },
    ],
    linksLabel: footer.label,
    languages: languageMenu(
      { get: () => '', method: 'GET', state: { issuerPath: '', tenantPath: '/interaction/x' } },
      messages,
    ),
    ownHost: false,
  };
}

/** The samples by name; each file name of a screenshot. */
export function pageSamples(messages: Messages, names: SampleNames): Record<string, Page> {
  const form = {
    action: '/interaction/V1StGXR8_Z5jdHi6B-myT',
    csrf: 'kq3sX0aCqGf1yqYQv4gqFv6bq1i9H2hC5s0m7mY0n8E',
    formTargets: ['https://notes.example'],
  };
  const account = { name: names.person, username: names.username };
  const requestId = 'Zk2mQ9rT0vXw4yB7cD1eFg';
  const passkey: PasskeyRequestOptions = {
    rpId: 'login.acme.example',
    challenge: 'q0Yp3mC1xV7sT9uB2nK4wE6rA8dF5gH0jL1zX3cV5bM',
    timeout: 300_000,
    allowCredentials: [],
    userVerification: 'required',
  };
  const signIn = (view: Partial<SignInView>) =>
    signInPage(messages, {
      ...form,
      clientName: names.client,
      why: 'start',
      identifier: '',
      account: undefined,
      remember: false,
      problem: undefined,
      ways: ['password', 'recover', 'register', 'email_code'],
      upstream: NO_UPSTREAM,
      ...view,
    });
  const consent = (view: Partial<ConsentView>) =>
    consentPage(messages, {
      ...form,
      siteName: names.site,
      client: {
        name: names.client,
        firstParty: false,
        websiteUri: names.link,
        policyUri: names.link,
        termsUri: names.link,
      },
      redirectUri: 'https://notes.example/callback',
      account,
      asked: { scopes: ['openid', 'profile', 'email'], claims: [], resourceScopes: {} },
      nothingNew: false,
      applicationNames: { [names.audience]: names.application },
      ...view,
    });
  const mailedCode = (view: Partial<Parameters<typeof mailedCodePage>[1]>) =>
    mailedCodePage(messages, {
      ...form,
      title: messages.register.codeTitle,
      heading: messages.register.codeHeading,
      lead: messages.register.codeLead(names.username),
      submit: messages.register.codeSubmit,
      routes: { check: 'register-code', resend: 'register-resend' },
      back: { route: 'way', text: messages.register.haveOne },
      resent: false,
      problem: undefined,
      ...view,
    });
  const register = (view: Partial<RegisterView>) =>
    registerPage(messages, {
      ...form,
      clientName: names.client,
      email: '',
      name: '',
      minCharacters: 8,
      termsUri: names.link,
      problems: undefined,
      pauseSeconds: undefined,
      ...view,
    });
  const error = (status: number, code?: string, detail?: string) =>
    errorPage(messages, { status, error: code, detail, requestId, retryHref: undefined });
  const newPassword = {
    action: '/account/reset-password',
    csrf: form.csrf,
    token: 'q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c',
    username: names.username,
    minCharacters: 8,
  };

  return {
    ...accountPageSamples(messages, names),
    'sign-in': signIn({}),
    'sign-in-missing': signIn({ problem: { kind: 'missing', identifier: true, password: true } }),
    'sign-in-rejected': signIn({ identifier: names.typed, problem: { kind: 'rejected' } }),
    'sign-in-locked': signIn({
      identifier: names.typed,
      problem: { kind: 'locked', retryAfterSeconds: 290 },
    }),
    'sign-in-confirm': signIn({ why: 'confirm', account, identifier: names.username }),
    'sign-in-expected-other': signIn({ why: 'expected_other' }),
    'sign-in-passkey': signIn({ passkey }),
    'sign-in-passkey-rejected': signIn({ passkey, problem: { kind: 'passkey', outdated: false } }),
    'sign-in-passkey-outdated': signIn({ passkey, problem: { kind: 'passkey', outdated: true } }),
    'sign-in-passkey-confirm': signIn({
      why: 'confirm',
      account,
      identifier: names.username,
      passkey,
    }),
    recover: identifierPage(messages, {
      ...form,
      way: 'recover',
      identifier: names.typed,
      problem: undefined,
    }),
    'recover-locked': identifierPage(messages, {
      ...form,
      way: 'recover',
      identifier: names.typed,
      problem: { kind: 'pause', retryAfterSeconds: 55 },
    }),
    'recover-sent': recoverSentPage(messages, form),
    'email-code-missing': identifierPage(messages, {
      ...form,
      way: 'email_code',
      identifier: '',
      problem: { kind: 'missing_name' },
    }),
    'mailed-code': mailedCode({}),
    'mailed-code-resent': mailedCode({ resent: true }),
    'mailed-code-rejected': mailedCode({ problem: { kind: 'rejected' } }),
    'mailed-code-locked': mailedCode({ problem: { kind: 'locked', retryAfterSeconds: 290 } }),
    'verify-email': verifyEmailPage(messages, {
      ...form,
      email: names.username,
      problem: undefined,
    }),
    register: register({}),
    'register-rejected': register({
      email: names.typed,
      name: names.person,
      problems: { email: 'mixed_scripts', name: 'too_long', password: 'too_short' },
    }),
    'register-locked': register({ email: names.typed, pauseSeconds: 40 }),
    invitation: invitationPage(messages, {
      action: '/account/invitation',
      csrf: form.csrf,
      token: newPassword.token,
      siteName: names.site,
      email: names.username,
      name: '',
      minCharacters: 8,
      problems: undefined,
    }),
    'invitation-done': invitationDonePage(messages, '/account'),
    'invitation-invalid': invalidInvitationPage(messages, 'invalid_link', '/account'),
    'invitation-known-invalid': invalidInvitationPage(messages, 'has_account', '/account'),
    ...secondFactorSamples(messages, names, form),
    ...upstreamSamples(messages, names, signIn),
    consent: consent({}),
    'consent-everything': consent({
      asked: {
        scopes: ['openid', 'profile', 'roles', 'offline_access', names.scope],
        claims: ['birthdate', names.scope],
        resourceScopes: { [names.audience]: [names.scope, 'notes:write', 'notes:share'] },
      },
      redirectUri: 'com.example.notes:/callback',
    }),
    'consent-nothing-new': consent({ nothingNew: true }),
    'account-choice': accountChoicePage(messages, { ...form, clientName: names.client, account }),
    'application-gate': applicationGatePage(messages, {
      ...form,
      applicationName: names.application,
      clientName: names.client,
      account,
    }),
    expired: expiredPage(messages, { client: undefined }),
    'expired-client': expiredPage(messages, {
      client: { name: names.client, startUri: names.link },
    }),
    'logout-confirm': logoutConfirmPage(messages, {
      siteName: names.site,
      action: '/session/end/confirm',
      xsrf: names.scope,
      clientName: names.client,
      formTargets: [],
    }),
    'logout-done': logoutDonePage(messages, { siteName: names.site, clientName: undefined }),
    'logout-done-client': logoutDonePage(messages, {
      siteName: names.site,
      clientName: names.client,
    }),
    'reset-password': resetPasswordPage(messages, { ...newPassword, problem: undefined }),
    'reset-password-different': resetPasswordPage(messages, {
      ...newPassword,
      problem: { kind: 'different' },
    }),
    'reset-password-done': resetPasswordDonePage(messages, '/account'),
    'reset-password-invalid': invalidLinkPage(messages, '/account'),
    'error-client': error(400, 'invalid_redirect_uri', names.description),
    'error-not-found': error(404),
    'error-failed': error(500, 'server_error'),
    'error-unavailable': error(503, 'temporarily_unavailable'),
    'error-form': errorPage(messages, {
      status: 403,
      error: 'csrf_token_invalid',
      detail: names.description,
      requestId,
      retryHref: form.action,
    }),
  };
}
