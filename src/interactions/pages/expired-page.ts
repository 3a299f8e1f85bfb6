import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import { webLink } from '../web-link.ts';

export interface ExpiredView {
  /** The client that the interaction was for, when it is still known. */
  readonly client: { readonly name: string; readonly startUri: unknown } | undefined;
}

/** Says that an interaction is over, and where to begin again. */
export function expiredPage(messages: Messages, view: ExpiredView): Page {
  const { expired } = messages;
  const name = view.client && displayName(view.client.name);
  const href = webLink(view.client?.startUri);
  return {
    template: 'message',
    title: expired.title,
    status: 400,
    formTargets: undefined,
    data: {
      heading: expired.title,
      paragraphs: [expired.text, name === undefined ? expired.next : expired.nextClient(name)],
      link:
        name === undefined || href === undefined ? undefined : { href, text: expired.back(name) },
    },
  };
}
