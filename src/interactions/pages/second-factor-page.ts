import type { PasskeyRequestOptions } from '../../accounts/sign-in-with-passkey.ts';
import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import type { SecondFactorMethod } from '../step.ts';
import { accountCard, type ShownAccount } from './account-card.ts';
import { PASSKEY_SCRIPTS, passkeyForm } from './passkey-form.ts';

/** What went wrong with a code, or a passkey's answer, that was just sent. */
export type SecondFactorProblem =
  | { readonly kind: 'missing' | 'rejected' }
  /** The code was right, and was used before. */
  | { readonly kind: 'reused' }
  /** The page of the passkey was open for too long, or its form came twice. */
  | { readonly kind: 'outdated' }
  | { readonly kind: 'locked'; readonly retryAfterSeconds: number };

export interface SecondFactorView {
  /** Where the forms post to: the interaction's address. */
  readonly action: string;
  readonly csrf: string;
  readonly formTargets: readonly string[];
  readonly siteName: string;
  /** Who has proved a first factor. */
  readonly account: ShownAccount;
  readonly chosen: SecondFactorMethod;
  /** What the account has, `chosen` among it. */
  readonly methods: readonly SecondFactorMethod[];
  /** What to ask an authenticator, where a passkey is chosen and can be used. */
  readonly passkey: PasskeyRequestOptions | undefined;
  /** How long the browser can be remembered; undefined where it is already. */
  readonly rememberSeconds: number | undefined;
  /** As sent; unticked at first. */
  readonly remember: boolean;
  readonly problem: SecondFactorProblem | undefined;
}

/** As those of a sign-in, and for the same reasons. */
const STATUS = { missing: 422, rejected: 422, reused: 422, outdated: 422, locked: 429 } as const;

/**
 * Asks for a second factor: a passkey, a code of an authenticator app, or one that was saved for
 * when those are lost.
 */
export function secondFactorPage(messages: Messages, view: SecondFactorView): Page {
  const { secondFactor, signIn } = messages;
  const { chosen, passkey, problem } = view;
  const { title, heading, lead } = secondFactor[chosen];
  const site = displayName(view.siteName);
  const others = view.methods.filter((method) => method !== chosen);
  const remember =
    view.rememberSeconds === undefined
      ? undefined
      : {
          text: secondFactor.remember(messages.wait(view.rememberSeconds)),
          checked: view.remember,
        };
  return {
    template: 'second-factor',
    title: problem === undefined ? title : messages.errorTitle(title),
    status: problem === undefined ? 200 : STATUS[problem.kind],
    formTargets: view.formTargets,
    ...(passkey === undefined ? {} : { scripts: PASSKEY_SCRIPTS }),
    data: {
      heading,
      lead: typeof lead === 'string' ? lead : lead(site),
      account: accountCard(view.account),
      accountText: messages.account,
      alert: alertOf(messages, view),
      code: chosen === 'passkey' ? undefined : codeField(messages, chosen, problem),
      passkey:
        passkey &&
        passkeyForm(messages, {
          action: `${view.action}/second-factor`,
          csrf: view.csrf,
          purpose: 'second_factor',
          options: passkey,
          remember,
        }),
      unavailable: chosen === 'passkey' ? secondFactor.passkey.unavailable : undefined,
      remember,
      submit: secondFactor.submit,
      othersHeading: secondFactor.others,
      others: others.map((method) => ({ method, text: secondFactor.use[method] })),
      noOther: others.length === 0 ? secondFactor.noOther(site) : undefined,
      cancel: signIn.cancel,
      action: view.action,
      csrf: view.csrf,
    },
  };
}

/** What concerns the whole page. */
function alertOf(messages: Messages, { chosen, problem }: SecondFactorView): string | undefined {
  if (problem?.kind === 'locked') {
    return messages.secondFactor.locked(messages.wait(problem.retryAfterSeconds));
  }
  if (problem === undefined || chosen !== 'passkey') return undefined;
  return problem.kind === 'outdated' ? messages.passkeys.outdated : messages.passkeys.rejected;
}

/** The field of a code, with what is wrong with what was typed. */
function codeField(
  { secondFactor }: Messages,
  chosen: Exclude<SecondFactorMethod, 'passkey'>,
  problem: SecondFactorProblem | undefined,
) {
  const text = secondFactor[chosen];
  const problems: Partial<Record<SecondFactorProblem['kind'], string>> = {
    missing: text.missing,
    rejected: text.rejected,
    reused: secondFactor.reused,
  };
  return {
    factor: chosen,
    label: text.label,
    digits: chosen === 'totp',
    problem: problem && problems[problem.kind],
  };
}
