import type { EmailAddressProblem } from '../../accounts/email-address.ts';
import type { PendingEmailChange } from '../../accounts/email-change-store.ts';
import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { displayName } from '../../languages/display-text.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

interface FormTarget {
  readonly action: string;
  readonly csrf: string;
}

/** Why a code was not taken, or none was sent. */
export type EmailCodeProblem =
  | { readonly kind: 'missing' | 'rejected' | 'expired' | 'gone' | 'taken' }
  | { readonly kind: 'locked' | 'pause'; readonly retryAfterSeconds: number };

/** Why an address was not taken. */
export type ChangeEmailProblem =
  | { readonly kind: EmailAddressProblem | 'same' }
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number };

export interface EmailView {
  readonly email: string | undefined;
  readonly verified: boolean;
  readonly mailEnabled: boolean;
  readonly changeHref: string;
  readonly sendVerification: FormTarget;
  readonly pending: PendingEmailChange | undefined;
  readonly code: FormTarget;
  readonly resend: FormTarget;
  readonly cancel: FormTarget;
  readonly problem: EmailCodeProblem | undefined;
}

/** The address of an account, and a change of it with what it still waits for. */
export function emailPage(messages: Messages, shell: AccountShell, view: EmailView): Page {
  const { accountEmail, mailedCode } = messages;
  const { email, verified, mailEnabled, pending } = view;
  const problem = view.problem && codeProblemText(messages, view.problem);
  return accountLayout(messages, shell, {
    template: 'account-email',
    section: 'email',
    problem,
    status: statusOf(view.problem),
    data: {
      text: accountEmail,
      codeText: mailedCode,
      lead: email === undefined ? accountEmail.none : accountEmail.use,
      email: email === undefined ? undefined : displayName(email),
      state: verified ? accountEmail.confirmed : accountEmail.notConfirmed,
      verified,
      noMail: mailEnabled ? undefined : accountEmail.noMail,
      verification:
        mailEnabled && email !== undefined && !verified && pending === undefined
          ? { ...view.sendVerification, lead: accountEmail.confirmLead(displayName(email)) }
          : undefined,
      change:
        mailEnabled && pending === undefined
          ? {
              href: view.changeHref,
              text: email === undefined ? accountEmail.add : accountEmail.change,
            }
          : undefined,
      pending: pending && pendingData(messages, shell, view, pending),
    },
  });
}

function pendingData(
  messages: Messages,
  shell: AccountShell,
  view: EmailView,
  pending: PendingEmailChange,
) {
  const { accountEmail, formats } = messages;
  const to = displayName(pending.email);
  const from = displayName(pending.previousEmail ?? '');
  const needed = pending.previousEmail !== undefined && view.verified;
  return {
    heading: accountEmail.pendingHeading(to),
    codeForm: pending.proved ? undefined : { ...view.code, lead: accountEmail.codeLead(to) },
    proved: pending.proved ? accountEmail.proved(to) : undefined,
    awaits: needed && pending.awaitsApproval ? accountEmail.awaits(from) : undefined,
    approved: needed && !pending.awaitsApproval ? accountEmail.approved(from) : undefined,
    until: accountEmail.until(formats.dateTime(pending.expiresAt, shell.timeZone)),
    resend: view.resend,
    cancel: view.cancel,
  };
}

export interface ChangeEmailView extends FormTarget {
  readonly hasEmail: boolean;
  readonly needsApproval: boolean;
  readonly typed: string;
  readonly problem: ChangeEmailProblem | undefined;
}

/** Asks for another address. */
export function changeEmailPage(
  messages: Messages,
  shell: AccountShell,
  view: ChangeEmailView,
): Page {
  const { accountEmail, register } = messages;
  const { problem } = view;
  const said =
    problem === undefined
      ? undefined
      : problem.kind === 'throttled'
        ? accountEmail.throttled(messages.wait(problem.retryAfterSeconds))
        : problem.kind === 'same'
          ? accountEmail.same
          : register.problems.email[problem.kind];
  return accountLayout(messages, shell, {
    template: 'account-email-change',
    section: 'email',
    title: view.hasEmail ? accountEmail.change : accountEmail.add,
    problem: said,
    status: problem?.kind === 'throttled' ? 429 : problem === undefined ? 200 : 422,
    data: {
      text: accountEmail,
      lead: view.needsApproval ? accountEmail.changeLead : accountEmail.changeLeadAlone,
      typed: view.typed,
      fieldProblem: said,
      action: view.action,
      csrf: view.csrf,
      // It stands at its field.
      problem: undefined,
    },
  });
}

/** Asks for the code that confirms the address that an account has. */
export function verifyEmailPage(
  messages: Messages,
  shell: AccountShell,
  view: FormTarget & {
    readonly email: string;
    readonly resend: FormTarget;
    readonly problem: EmailCodeProblem | undefined;
  },
): Page {
  const { accountEmail, mailedCode } = messages;
  return accountLayout(messages, shell, {
    template: 'account-email-verify',
    section: 'email',
    title: accountEmail.confirm,
    problem: view.problem && codeProblemText(messages, view.problem),
    status: statusOf(view.problem),
    data: {
      text: accountEmail,
      codeText: mailedCode,
      lead: accountEmail.sent(displayName(view.email)),
      codeForm: { action: view.action, csrf: view.csrf, submit: accountEmail.confirmSubmit },
      resend: view.resend,
    },
  });
}

function codeProblemText(messages: Messages, problem: EmailCodeProblem): string {
  const { mailedCode, accountEmail } = messages;
  switch (problem.kind) {
    case 'locked':
      return mailedCode.locked(messages.wait(problem.retryAfterSeconds));
    case 'pause':
      return mailedCode.pause(messages.wait(problem.retryAfterSeconds));
    case 'gone':
    case 'taken':
      return accountEmail[problem.kind];
    default:
      return mailedCode[problem.kind];
  }
}

function statusOf(problem: EmailCodeProblem | undefined): number {
  if (problem === undefined) return 200;
  return problem.kind === 'locked' || problem.kind === 'pause' ? 429 : 422;
}
