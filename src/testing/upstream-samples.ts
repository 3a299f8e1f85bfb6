import type { Page } from '../http/render-page.ts';
import type { Messages } from '../interactions/messages/messages.ts';
import type { SignInView } from '../interactions/pages/sign-in-page.ts';
import {
  movingOnPage,
  NO_UPSTREAM,
  upstreamLinkPage,
} from '../interactions/pages/upstream-pages.ts';
import type { SampleNames } from './page-samples.ts';

/** Signing in with providers of others, and the ways there and back. */
export function upstreamSamples(
  messages: Messages,
  names: SampleNames,
  signIn: (view: Partial<SignInView>) => Page,
): Record<string, Page> {
  const providers = [
    { key: 'google', name: 'Google' },
    { key: 'other', name: names.application },
  ];
  const offered = { ...NO_UPSTREAM, providers };
  const unlinked = { name: 'Google', email: undefined, mayRegister: false };
  // Stays to be looked at.
  const staying = (page: Page): Page => {
    const { moveOnTo: _address, ...rest } = page;
    return rest;
  };
  return {
    'sign-in-upstream': signIn({ upstream: offered }),
    'sign-in-upstream-failed': signIn({
      upstream: { ...offered, problem: { name: names.application, reason: 'unreachable' } },
    }),
    'sign-in-upstream-unlinked': signIn({
      identifier: names.username,
      upstream: { ...offered, unlinked: { ...unlinked, who: names.username } },
    }),
    'sign-in-upstream-unlinked-nobody': signIn({
      upstream: { ...offered, unlinked: { ...unlinked, who: undefined } },
    }),
    'upstream-leaving': staying(
      movingOnPage(messages, { to: names.application, href: 'https://up.example/?state=a&b=c' }),
    ),
    'upstream-returning': staying(
      movingOnPage(messages, { to: undefined, href: '/interaction/a/upstream-answer?code=c' }),
    ),
    'upstream-link': upstreamLinkPage(messages, {
      action: '/interaction/V1StGXR8_Z5jdHi6B-myT',
      csrf: 'kq3sX0aCqGf1yqYQv4gqFv6bq1i9H2hC5s0m7mY0n8E',
      formTargets: [],
      provider: names.application,
      who: names.username,
      account: { name: names.person, username: names.username },
    }),
  };
}
