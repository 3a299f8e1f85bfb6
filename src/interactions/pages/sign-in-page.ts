import type { PasskeyRequestOptions } from '../../accounts/sign-in-with-passkey.ts';
import type { Page } from '../../http/render-page.ts';
import { aroundName, displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import type { Way } from '../step.ts';
import { accountCard, type ShownAccount } from './account-card.ts';
import { PASSKEY_SCRIPTS, passkeyForm } from './passkey-form.ts';
import { type OfferedUpstream, upstreamTexts } from './upstream-pages.ts';

/** What went wrong with a sign-in that was just sent. */
export type SignInProblem =
  | { readonly kind: 'missing'; readonly identifier: boolean; readonly password: boolean }
  /** Wrong identifier, wrong password or disabled account: the page never knows which. */
  | { readonly kind: 'rejected' }
  /** Not a passkey that opens anything here; `outdated`: the page was open for too long. */
  | { readonly kind: 'passkey'; readonly outdated: boolean }
  | { readonly kind: 'locked'; readonly retryAfterSeconds: number };

export interface SignInView {
  /** Where the forms post to: the interaction's address. */
  readonly action: string;
  readonly csrf: string;
  readonly clientName: string | undefined;
  readonly formTargets: readonly string[];
  readonly why: 'start' | 'expected_other' | 'chosen_other' | 'confirm';
  /** Put into the field: what was typed, else a hint, else who has to confirm. */
  readonly identifier: string;
  /** Who is signed in and has to confirm. */
  readonly account: ShownAccount | undefined;
  /** As sent; unticked at first. */
  readonly remember: boolean;
  readonly problem: SignInProblem | undefined;
  /** What to ask an authenticator; undefined where no passkey opens a sign-in. */
  readonly passkey?: PasskeyRequestOptions | undefined;
  /** What the tenant has to say, in the page's language. */
  readonly welcome?: string | undefined;
  /** Other ways to a first factor, or to an account. */
  readonly ways: readonly Way[];
  readonly upstream: OfferedUpstream;
}

/**
 * The statuses of a sign-in that did not work. 422, not 401: that would need a challenge of HTTP
 * authentication (RFC 9110, section 15.5.2). Not 200: password managers and scripts should see
 * that it failed.
 */
const STATUS = { missing: 422, rejected: 422, passkey: 422, locked: 429 } as const;

/**
 * Asks for identifier and password.
 *
 * Staying signed in is a choice that starts unticked: on a shared computer, a session that ends
 * with the browser is the mistake that costs nothing.
 */
export function signInPage(messages: Messages, view: SignInView): Page {
  const { signIn } = messages;
  const { passkey } = view;
  const confirm = view.why === 'confirm';
  const title = confirm ? signIn.confirmTitle : signIn.title;
  const fields = fieldProblems(messages, view.problem);
  const clientName = view.clientName === undefined ? undefined : displayName(view.clientName);
  const upstream = upstreamTexts(messages, view.upstream);
  const problem = formProblem(messages, view.problem) ?? upstream.problem;
  const failed = view.problem !== undefined || problem !== undefined;
  return {
    template: 'sign-in',
    title: failed ? messages.errorTitle(title) : title,
    status: view.problem === undefined ? 200 : STATUS[view.problem.kind],
    formTargets: view.formTargets,
    ...(passkey === undefined ? {} : { scripts: PASSKEY_SCRIPTS }),
    data: {
      text: signIn,
      accountText: messages.account,
      heading: confirm ? signIn.confirmHeading : signIn.heading,
      lead: aroundName(confirm ? signIn.confirmLead : signIn.lead),
      submit: confirm ? signIn.confirmSubmit : signIn.submit,
      clientName,
      notice:
        view.why === 'expected_other' && clientName !== undefined
          ? signIn.otherAccount(clientName)
          : upstream.notice,
      welcome: view.welcome,
      upstream,
      account: view.account && accountCard(view.account),
      action: view.action,
      csrf: view.csrf,
      identifier: view.identifier,
      remember: view.remember,
      problem,
      // A passkey that was refused, or another provider, says nothing about what was typed.
      concernsFields: view.problem !== undefined && view.problem.kind !== 'passkey',
      fields,
      passkey:
        passkey &&
        passkeyForm(messages, {
          action: `${view.action}/passkey`,
          csrf: view.csrf,
          purpose: confirm ? 'confirmation' : 'sign_in',
          options: passkey,
          along: 'remember',
        }),
      ways: view.ways
        .filter((way) => way !== 'password')
        .map((way) => ({ value: way, text: messages.ways[way] })),
      waysLabel: messages.ways.label,
      // The first field that needs something: an empty one, or the one to type again.
      focus:
        view.account === undefined && view.identifier.trim() === '' ? 'identifier' : 'password',
    },
  };
}

function fieldProblems(messages: Messages, problem: SignInProblem | undefined) {
  if (problem?.kind !== 'missing') return { identifier: undefined, password: undefined };
  return {
    identifier: problem.identifier ? messages.signIn.missingIdentifier : undefined,
    password: problem.password ? messages.signIn.missingPassword : undefined,
  };
}

/** What concerns the whole form. */
function formProblem(messages: Messages, problem: SignInProblem | undefined): string | undefined {
  if (problem?.kind === 'rejected') return messages.signIn.rejected;
  if (problem?.kind === 'passkey') {
    return problem.outdated ? messages.passkeys.outdated : messages.passkeys.rejected;
  }
  if (problem?.kind === 'locked') {
    return messages.signIn.locked(messages.wait(problem.retryAfterSeconds));
  }
  return undefined;
}
