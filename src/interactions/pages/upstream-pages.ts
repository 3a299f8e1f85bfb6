import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import type { UpstreamProblem } from '../upstream-use.ts';
import { accountCard, type ShownAccount } from './account-card.ts';

/** What a sign-in page has of other providers. */
export interface OfferedUpstream {
  readonly providers: readonly { readonly key: string; readonly name: string }[];
  /** What came of the last one that was tried. */
  readonly problem:
    | { readonly name: string; readonly reason: UpstreamProblem['reason'] }
    | undefined;
  /** Somebody is signed in there, and no account here has that identity. */
  readonly unlinked:
    | {
        readonly name: string;
        readonly who: string | undefined;
        readonly email: string | undefined;
        readonly mayRegister: boolean;
      }
    | undefined;
}

/** No provider is offered, and none was tried. */
export const NO_UPSTREAM: OfferedUpstream = {
  providers: [],
  problem: undefined,
  unlinked: undefined,
};

/** What the sign-in page says of other providers. */
export function upstreamTexts(messages: Messages, view: OfferedUpstream) {
  const { upstream } = messages;
  const { problem, unlinked } = view;
  return {
    buttons: view.providers.map(({ key, name }) => ({
      key,
      text: upstream.continueWith(displayName(name)),
    })),
    label: upstream.label,
    problem: problem && upstream.problems[problem.reason](displayName(problem.name)),
    notice:
      unlinked &&
      [
        unlinked.who === undefined
          ? upstream.unlinked(displayName(unlinked.name))
          : upstream.unlinkedAs(displayName(unlinked.name), displayName(unlinked.who)),
        upstream.signInToLink,
      ].join(' '),
  };
}

/**
 * Leads on to a provider, or back from one, at once and without a script; whoever's browser does
 * not follow has a link.
 *
 * @param view.to - the provider's name; undefined on the way back
 */
export function movingOnPage(
  messages: Messages,
  view: { readonly to: string | undefined; readonly href: string },
): Page {
  const { upstream } = messages;
  const name = view.to === undefined ? undefined : displayName(view.to);
  const heading = name === undefined ? upstream.returning : upstream.leaving(name);
  return {
    template: 'message',
    title: heading,
    status: 200,
    formTargets: undefined,
    // The way back has the provider's answer in its address; a provider learns nothing of ours.
    secretAddress: view.to === undefined,
    moveOnTo: view.href,
    data: {
      heading,
      paragraphs: [upstream.moment],
      link: { href: view.href, text: upstream.moveOn },
    },
  };
}

export interface UpstreamLinkView {
  readonly action: string;
  readonly csrf: string;
  readonly formTargets: readonly string[];
  /** The provider's name. */
  readonly provider: string;
  /** Who they are there. */
  readonly who: string | undefined;
  readonly account: ShownAccount;
}

/** Asks whether an identity at a provider is to sign in to the account from now on. */
export function upstreamLinkPage(messages: Messages, view: UpstreamLinkView): Page {
  const { upstream } = messages;
  const provider = displayName(view.provider);
  return {
    template: 'upstream-link',
    title: upstream.linkTitle(provider),
    status: 200,
    formTargets: view.formTargets,
    data: {
      heading: upstream.linkHeading(provider),
      text:
        view.who === undefined
          ? upstream.linkText(provider)
          : upstream.linkTextAs(provider, displayName(view.who)),
      warning: upstream.linkWarning,
      link: upstream.link,
      later: upstream.notNow,
      accountText: messages.account,
      account: accountCard(view.account),
      action: view.action,
      csrf: view.csrf,
    },
  };
}
