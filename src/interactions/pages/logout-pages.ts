import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';

export interface LogoutConfirmView {
  readonly siteName: string;
  /** Where both forms post to. */
  readonly action: string;
  /** The protocol's own anti-CSRF value. */
  readonly xsrf: string;
  readonly clientName: string | undefined;
  readonly formTargets: readonly string[];
}

/**
 * Asks whether to sign out: a stranger's page may link here.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0, section 2
 */
export function logoutConfirmPage(messages: Messages, view: LogoutConfirmView): Page {
  const { logout } = messages;
  return {
    template: 'logout-confirm',
    title: logout.title,
    status: 200,
    formTargets: view.formTargets,
    data: {
      heading: logout.heading(view.siteName),
      askedBy:
        view.clientName === undefined ? undefined : logout.askedBy(displayName(view.clientName)),
      text: logout.text,
      confirm: logout.confirm,
      stay: logout.stay,
      action: view.action,
      xsrf: view.xsrf,
    },
  };
}

export interface LogoutDoneView {
  readonly siteName: string;
  /** Given when only this client was left and the session goes on. */
  readonly clientName: string | undefined;
}

/** Says what has ended. */
export function logoutDonePage(messages: Messages, view: LogoutDoneView): Page {
  const { logout } = messages;
  const left = view.clientName;
  return {
    template: 'logout-done',
    title: logout.doneTitle,
    status: 200,
    formTargets: undefined,
    data:
      left === undefined
        ? { heading: logout.doneHeading, text: logout.doneText }
        : {
            heading: logout.clientDoneHeading(displayName(left)),
            text: logout.clientDoneText(view.siteName),
          },
  };
}
