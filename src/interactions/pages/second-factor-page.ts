import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import type { SecondFactorMethod } from '../step.ts';
import { accountCard, type ShownAccount } from './account-card.ts';

/** What went wrong with a code that was just sent. */
export type SecondFactorProblem =
  | { readonly kind: 'missing' | 'rejected' }
  /** It was right, and was used before. */
  | { readonly kind: 'reused' }
  | { readonly kind: 'locked'; readonly retryAfterSeconds: number };

export interface SecondFactorView {
  /** Where the forms post to: the interaction's address. */
  readonly action: string;
  readonly csrf: string;
  readonly formTargets: readonly string[];
  readonly siteName: string;
  /** Who has proved a first factor. */
  readonly account: ShownAccount;
  readonly chosen: Exclude<SecondFactorMethod, 'passkey'>;
  /** What the account has, `chosen` among it. */
  readonly methods: readonly SecondFactorMethod[];
  /** How long the browser can be remembered; undefined where it is already. */
  readonly rememberSeconds: number | undefined;
  /** As sent; unticked at first. */
  readonly remember: boolean;
  readonly problem: SecondFactorProblem | undefined;
}

/** As those of a sign-in, and for the same reasons. */
const STATUS = { missing: 422, rejected: 422, reused: 422, locked: 429 } as const;

/** Asks for a code: of an authenticator app, or one that was saved for when it is lost. */
export function secondFactorPage(messages: Messages, view: SecondFactorView): Page {
  const { secondFactor, signIn } = messages;
  const { chosen, problem } = view;
  const text = secondFactor[chosen];
  const site = displayName(view.siteName);
  const others = view.methods.filter((method) => method !== chosen);
  return {
    template: 'second-factor',
    title: problem === undefined ? text.title : messages.errorTitle(text.title),
    status: problem === undefined ? 200 : STATUS[problem.kind],
    formTargets: view.formTargets,
    data: {
      heading: text.heading,
      lead: typeof text.lead === 'string' ? text.lead : text.lead(site),
      label: text.label,
      digits: chosen === 'totp',
      chosen,
      account: accountCard(view.account),
      accountText: messages.account,
      alert:
        problem?.kind === 'locked'
          ? secondFactor.locked(messages.wait(problem.retryAfterSeconds))
          : undefined,
      problem: fieldProblem(messages, chosen, problem),
      rememberText:
        view.rememberSeconds === undefined
          ? undefined
          : secondFactor.remember(messages.wait(view.rememberSeconds)),
      remember: view.remember,
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

/** What concerns the code. */
function fieldProblem(
  { secondFactor }: Messages,
  chosen: SecondFactorView['chosen'],
  problem: SecondFactorProblem | undefined,
): string | undefined {
  switch (problem?.kind) {
    case 'missing':
    case 'rejected':
      return secondFactor[chosen][problem.kind];
    case 'reused':
      return secondFactor.reused;
    default:
      return undefined;
  }
}
