import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';

export interface SignedInView {
  /** Where to try again. */
  readonly startHref: string;
}

/** Says that a sign-in for the account page was given up or refused. */
export function refusedPage(messages: Messages, view: SignedInView): Page {
  return messagePage(messages.accountPage.refused, view);
}

/** Says that a browser keeps no cookies, so that nobody can be signed in in it. */
export function noCookiePage(messages: Messages, view: SignedInView): Page {
  return messagePage(messages.accountPage.noCookie, view);
}

function messagePage(
  { title, text, again }: { title: string; text: string; again: string },
  view: SignedInView,
): Page {
  return {
    template: 'message',
    title,
    status: 400,
    formTargets: undefined,
    data: {
      heading: title,
      paragraphs: [text],
      link: { href: view.startHref, text: again },
    },
  };
}
