import type { PasskeyCreationOptions } from '../../accounts/register-passkey.ts';
import type { Page } from '../../http/render-page.ts';
import { displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import { qrSvg } from '../qr-svg.ts';
import type { NewFactorMethod } from '../step.ts';
import { accountCard, type ShownAccount } from './account-card.ts';
import { PASSKEY_SCRIPTS, passkeyForm } from './passkey-form.ts';

interface NewFactorFrame {
  /** Where the forms post to: the interaction's address. */
  readonly action: string;
  readonly csrf: string;
  readonly formTargets: readonly string[];
  /** Who has proved a first factor. */
  readonly account: ShownAccount;
  /** Who asks for a second one. */
  readonly askedBy: string;
}

export interface ChooseFactorView extends NewFactorFrame {
  readonly methods: readonly NewFactorMethod[];
}

/** Asks what a person wants to have as a second factor, which they have to have. */
export function chooseFactorPage(messages: Messages, view: ChooseFactorView): Page {
  const { newFactor } = messages;
  return {
    template: 'choose-factor',
    title: newFactor.title,
    status: 200,
    formTargets: view.formTargets,
    data: {
      ...frameOf(messages, view),
      heading: newFactor.heading,
      choose: newFactor.choose,
      methods: view.methods.map((method) => ({ method, ...newFactor.methods[method] })),
      submit: newFactor.submit,
    },
  };
}

export interface NewTotpView extends NewFactorFrame {
  /** In base32. */
  readonly seed: string;
  /** `otpauth://totp/…` */
  readonly uri: string;
  /** Whether there is something else to set up: then the person comes from the choice. */
  readonly canChange: boolean;
  readonly problem: 'missing' | 'wrong_code' | 'expired' | undefined;
}

/** Shows what an authenticator app is set up with, and asks for its first code. */
export function newTotpPage(messages: Messages, view: NewTotpView): Page {
  const { newFactor } = messages;
  const { totp } = newFactor;
  const { problem } = view;
  return {
    template: 'new-totp',
    title: problem === undefined ? totp.title : messages.errorTitle(totp.title),
    status: problem === undefined ? 200 : 422,
    formTargets: view.formTargets,
    data: {
      ...frameOf(messages, view),
      text: totp,
      explains: !view.canChange,
      uri: view.uri,
      qrSvg: qrSvg(view.uri, totp.qr),
      // Four at a time are what people keep in mind; apps pass over the spaces.
      seed: view.seed.replace(/.{4}(?=.)/g, '$& '),
      alert: problem === 'expired' ? totp.expired : undefined,
      problem:
        problem === 'missing' ? totp.missing : problem === 'wrong_code' ? totp.wrong : undefined,
      change: view.canChange ? newFactor.change : undefined,
      submit: newFactor.submit,
    },
  };
}

/** What went wrong with a passkey that was just made. */
export type NewPasskeyProblem = 'rejected' | 'outdated' | 'already_registered' | 'full';

export interface NewPasskeyView extends NewFactorFrame {
  /** What to ask an authenticator; undefined when the account has as many as it can have. */
  readonly options: PasskeyCreationOptions | undefined;
  /** Whether there is something else to set up: then the person comes from the choice. */
  readonly canChange: boolean;
  readonly problem: NewPasskeyProblem | undefined;
}

/** Has a passkey made by the browser, which asks where to keep it. */
export function newPasskeyPage(messages: Messages, view: NewPasskeyView): Page {
  const { newFactor, passkeys, secondFactor } = messages;
  const { passkey } = newFactor;
  const { options, problem } = view;
  const alerts: Record<NewPasskeyProblem, string> = {
    rejected: passkeys.addFailed,
    outdated: passkeys.outdated,
    already_registered: passkeys.alreadyHere,
    full: passkeys.full,
  };
  return {
    template: 'new-passkey',
    title: problem === undefined ? passkey.title : messages.errorTitle(passkey.title),
    status: problem === undefined ? 200 : 422,
    formTargets: view.formTargets,
    ...(options === undefined ? {} : { scripts: PASSKEY_SCRIPTS }),
    data: {
      ...frameOf(messages, view),
      text: passkey,
      explains: !view.canChange,
      alert: problem && alerts[problem],
      passkey:
        options &&
        passkeyForm(messages, {
          action: `${view.action}/new-factor`,
          csrf: view.csrf,
          purpose: 'registration',
          options,
        }),
      unavailable: secondFactor.passkey.unavailable,
      change: view.canChange ? newFactor.change : undefined,
    },
  };
}

function frameOf(messages: Messages, view: NewFactorFrame) {
  return {
    account: accountCard(view.account),
    accountText: messages.account,
    lead: messages.newFactor.lead(displayName(view.askedBy)),
    cancel: messages.signIn.cancel,
    action: view.action,
    csrf: view.csrf,
  };
}
