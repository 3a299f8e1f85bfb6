import type { RegistrationProblems } from '../../accounts/register-account.ts';
import type { Page } from '../../http/render-page.ts';
import { aroundName, displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import { webLink } from '../web-link.ts';
import { newPasswordProblemText } from './reset-password-pages.ts';
import type { FormView } from './way-pages.ts';

/** What was typed that is not secret, and what is wrong with it. */
interface NewAccountView {
  readonly name: string;
  readonly minCharacters: number;
  readonly problems: RegistrationProblems | undefined;
}

export interface RegisterView extends NewAccountView, FormView {
  readonly clientName: string | undefined;
  readonly email: string;
  /** Any text; shown when it is a web address. */
  readonly termsUri: string | undefined;
  /** Set when too many codes were asked for. */
  readonly pauseSeconds: number | undefined;
}

/** Asks for what an account needs. */
export function registerPage(messages: Messages, view: RegisterView): Page {
  const { register } = messages;
  const failed = view.problems !== undefined || view.pauseSeconds !== undefined;
  const fields = fieldProblems(messages, view);
  const terms = webLink(view.termsUri);
  return {
    template: 'register',
    title: failed ? messages.errorTitle(register.title) : register.title,
    status: view.pauseSeconds !== undefined ? 429 : failed ? 422 : 200,
    formTargets: view.formTargets,
    data: {
      ...common(messages, view, fields),
      heading: register.heading,
      lead:
        view.clientName === undefined
          ? undefined
          : { ...aroundName(register.lead), name: displayName(view.clientName) },
      invited: undefined,
      email: view.email,
      focus: fields.email !== undefined || view.email === '' ? 'email' : focusOf(fields),
      problem:
        view.pauseSeconds === undefined
          ? undefined
          : messages.mailedCode.pause(messages.wait(view.pauseSeconds)),
      terms: terms === undefined ? undefined : { href: terms, text: register.terms },
      submit: register.submit,
      action: `${view.action}/register`,
      wayAction: `${view.action}/way`,
      csrf: view.csrf,
    },
  };
}

export interface InvitationView extends NewAccountView {
  readonly action: string;
  readonly csrf: string;
  readonly token: string;
  readonly siteName: string;
  readonly email: string;
}

/** Asks somebody who was invited for what else their account needs. */
export function invitationPage(messages: Messages, view: InvitationView): Page {
  const { invitation } = messages;
  const failed = view.problems !== undefined;
  const fields = fieldProblems(messages, view);
  return {
    template: 'register',
    title: failed ? messages.errorTitle(invitation.title) : invitation.title,
    status: failed ? 422 : 200,
    formTargets: [],
    secretAddress: true,
    data: {
      ...common(messages, view, fields),
      heading: invitation.heading(displayName(view.siteName)),
      lead: undefined,
      invited: {
        lead: aroundName(invitation.lead),
        email: displayName(view.email),
        token: view.token,
      },
      focus: focusOf(fields),
      problem: undefined,
      terms: undefined,
      submit: invitation.submit,
      action: view.action,
      wayAction: undefined,
      csrf: view.csrf,
    },
  };
}

/** Says that an account was made from an invitation. */
export function invitationDonePage(messages: Messages, accountHref: string): Page {
  const { invitation } = messages;
  return {
    template: 'message',
    title: invitation.doneTitle,
    status: 200,
    formTargets: undefined,
    data: {
      heading: invitation.doneHeading,
      paragraphs: [invitation.doneText],
      link: { href: accountHref, text: invitation.goOn },
    },
  };
}

/** Says why an invitation makes no account. */
export function invalidInvitationPage(
  messages: Messages,
  why: 'invalid_link' | 'has_account',
  accountHref: string,
): Page {
  const { invitation } = messages;
  const known = why === 'has_account';
  const title = known ? invitation.hasAccountTitle : invitation.invalidTitle;
  return {
    template: 'message',
    title,
    status: known ? 409 : 400,
    formTargets: undefined,
    secretAddress: true,
    data: {
      heading: title,
      paragraphs: [known ? invitation.hasAccountText : invitation.invalidText],
      link: known ? { href: accountHref, text: invitation.goOn } : undefined,
    },
  };
}

interface FieldProblems {
  readonly email: string | undefined;
  readonly name: string | undefined;
  readonly password: string | undefined;
}

function common(messages: Messages, view: NewAccountView, fields: FieldProblems) {
  return {
    text: messages.register,
    fields,
    name: view.name,
    rules: messages.resetPassword.rules(view.minCharacters),
    minCharacters: view.minCharacters,
  };
}

function fieldProblems(messages: Messages, view: NewAccountView): FieldProblems {
  const { email, name, password } = view.problems ?? {};
  const { problems } = messages.register;
  return {
    email: email && problems.email[email],
    name: name && problems.name[name],
    password: password && newPasswordProblemText(messages, password, view.minCharacters),
  };
}

function focusOf(fields: FieldProblems): 'name' | 'password' {
  return fields.name === undefined && fields.password !== undefined ? 'password' : 'name';
}
