import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { displayName } from '../../languages/display-text.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

export interface DataView {
  readonly download: { readonly action: string; readonly csrf: string };
  readonly deleteHref: string;
}

/** A copy of everything that is stored of an account, and the way to its end. */
export function dataPage(messages: Messages, shell: AccountShell, view: DataView): Page {
  return accountLayout(messages, shell, {
    template: 'account-data',
    section: 'data',
    data: { text: messages.accountData, ...view },
  });
}

export interface DeleteAccountView {
  readonly action: string;
  readonly csrf: string;
  readonly siteName: string;
  readonly keepHref: string;
  /** The form came without the word that it was meant. */
  readonly unsure: boolean;
}

/** Says what goes with an account, and asks whether that is meant. */
export function deleteAccountPage(
  messages: Messages,
  shell: AccountShell,
  view: DeleteAccountView,
): Page {
  const { deleteAccount } = messages;
  const { siteName, unsure, ...form } = view;
  return accountLayout(messages, shell, {
    template: 'account-delete',
    section: 'data',
    title: deleteAccount.title,
    problem: unsure ? deleteAccount.missing : undefined,
    data: {
      ...form,
      text: deleteAccount,
      lead: deleteAccount.lead(displayName(siteName)),
      points: [deleteAccount.profile, deleteAccount.access, deleteAccount.elsewhere],
      fieldProblem: unsure ? deleteAccount.missing : undefined,
      // It stands at its field.
      problem: undefined,
    },
  });
}

/** Says goodbye. */
export function accountDeletedPage({ deleteAccount }: Messages): Page {
  return {
    template: 'message',
    title: deleteAccount.doneTitle,
    status: 200,
    formTargets: undefined,
    data: {
      heading: deleteAccount.doneTitle,
      paragraphs: [deleteAccount.doneText],
      link: undefined,
    },
  };
}
