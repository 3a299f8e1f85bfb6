import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import { entry, type Messages } from '../messages/messages.ts';

/** Longest description that is shown; the protocol's are one or two sentences. */
const MAX_DETAIL_CHARACTERS = 400;

export interface ErrorView {
  readonly status: number;
  /** A stable code: ours or the protocol's (RFC 6749, section 4.1.2.1 and its extensions). */
  readonly error: string | undefined;
  /** What developers may read; never internals. */
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  /** Where the same thing can be tried again. */
  readonly retryHref: string | undefined;
}

/**
 * Says in plain words that something did not work, with the request's id for support and, folded
 * away, the protocol's words for developers.
 */
export function errorPage(messages: Messages, view: ErrorView): Page {
  const { error } = messages;
  const { title, text } = sentences(messages, view);
  return {
    template: 'error',
    title,
    status: view.status,
    formTargets: undefined,
    data: {
      heading: title,
      text,
      requestIdLabel: error.requestId,
      requestId: view.requestId,
      detailsLabel: error.details,
      error: view.error,
      detail:
        view.detail === undefined ? undefined : displayName(view.detail, MAX_DETAIL_CHARACTERS),
      link: view.retryHref === undefined ? undefined : { href: view.retryHref, text: error.back },
    },
  };
}

function sentences(messages: Messages, view: ErrorView): { title: string; text: string } {
  const { codes, statuses, refused, failed } = messages.error;
  const known = view.error === undefined ? undefined : entry(codes, view.error);
  return known ?? entry(statuses, view.status) ?? (view.status < 500 ? refused : failed);
}
