import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../messages/messages.ts';

/** What every page of an interaction's forms has. */
export interface FormView {
  /** The interaction's address. */
  readonly action: string;
  readonly csrf: string;
  readonly formTargets: readonly string[];
}

/** Why nothing was sent. */
export type SendProblem =
  | { readonly kind: 'missing_name' }
  | { readonly kind: 'pause'; readonly retryAfterSeconds: number };

/** Why a code was not taken. */
export type CodeProblem =
  | { readonly kind: 'missing' | 'rejected' | 'expired' }
  | { readonly kind: 'locked' | 'pause'; readonly retryAfterSeconds: number };

/** Asks who somebody is, to send them something: a link, or a code. */
export function identifierPage(
  messages: Messages,
  view: FormView & {
    readonly way: 'recover' | 'email_code';
    readonly identifier: string;
    readonly problem: SendProblem | undefined;
  },
): Page {
  const { heading, title, lead, submit } =
    view.way === 'recover' ? messages.recover : messages.emailCode;
  const { problem } = view;
  return {
    template: 'identifier',
    title: problem === undefined ? title : messages.errorTitle(title),
    status: statusOf(problem),
    formTargets: view.formTargets,
    data: {
      heading,
      lead,
      submit,
      label: messages.signIn.identifier,
      identifier: view.identifier,
      problem: problem?.kind === 'pause' ? pauseText(messages, problem) : undefined,
      fieldProblem: problem?.kind === 'missing_name' ? messages.mailedCode.missingName : undefined,
      action: `${view.action}/${view.way === 'recover' ? 'recover' : 'email-code-send'}`,
      wayAction: `${view.action}/way`,
      csrf: view.csrf,
      back: messages.ways.password,
    },
  };
}

/** Says that a link is on its way, if there is anybody to send it to. */
export function recoverSentPage(messages: Messages, view: FormView): Page {
  return {
    template: 'recover-sent',
    title: messages.recover.sentTitle,
    status: 200,
    formTargets: view.formTargets,
    data: {
      text: messages.recover,
      action: view.action,
      csrf: view.csrf,
      back: messages.ways.password,
    },
  };
}

/** Asks for a code that was sent by e-mail. */
export function mailedCodePage(
  messages: Messages,
  view: FormView & {
    readonly title: string;
    readonly heading: string;
    readonly lead: string;
    readonly submit: string;
    /** Names of the routes that take the code, and that send another one. */
    readonly routes: { readonly check: string; readonly resend: string };
    /** Where "back" leads: a route, and what its button says. */
    readonly back: { readonly route: string; readonly text: string };
    /** Another code was just sent. */
    readonly resent: boolean;
    readonly problem: CodeProblem | undefined;
  },
): Page {
  const { problem } = view;
  return {
    template: 'mailed-code',
    title: problem === undefined ? view.title : messages.errorTitle(view.title),
    status: statusOf(problem),
    formTargets: view.formTargets,
    data: {
      heading: view.heading,
      lead: view.lead,
      submit: view.submit,
      text: messages.mailedCode,
      notice: view.resent ? messages.mailedCode.resent : undefined,
      problem: codeProblemText(messages, problem),
      action: `${view.action}/${view.routes.check}`,
      resendAction: `${view.action}/${view.routes.resend}`,
      backAction: `${view.action}/${view.back.route}`,
      back: view.back.text,
      csrf: view.csrf,
    },
  };
}

/** Offers to send a code to an address that nobody has confirmed. */
export function verifyEmailPage(
  messages: Messages,
  view: FormView & { readonly email: string; readonly problem: SendProblem | undefined },
): Page {
  const { verifyEmail } = messages;
  const { problem } = view;
  return {
    template: 'verify-email',
    title: problem === undefined ? verifyEmail.title : messages.errorTitle(verifyEmail.title),
    status: statusOf(problem),
    formTargets: view.formTargets,
    data: {
      text: verifyEmail,
      lead: verifyEmail.lead(view.email),
      problem: problem?.kind === 'pause' ? pauseText(messages, problem) : undefined,
      action: view.action,
      csrf: view.csrf,
    },
  };
}

function statusOf(problem: SendProblem | CodeProblem | undefined): number {
  if (problem === undefined) return 200;
  return problem.kind === 'pause' || problem.kind === 'locked' ? 429 : 422;
}

function codeProblemText(messages: Messages, problem: CodeProblem | undefined): string | undefined {
  if (problem === undefined) return undefined;
  if (problem.kind === 'pause') return pauseText(messages, problem);
  if (problem.kind === 'locked') {
    return messages.mailedCode.locked(messages.wait(problem.retryAfterSeconds));
  }
  return messages.mailedCode[problem.kind];
}

function pauseText(messages: Messages, problem: { readonly retryAfterSeconds: number }): string {
  return messages.mailedCode.pause(messages.wait(problem.retryAfterSeconds));
}
