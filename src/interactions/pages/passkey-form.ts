import { FACTOR_NAME_MAX } from '../../accounts/factor-name.ts';
import type { PasskeyCreationOptions } from '../../accounts/register-passkey.ts';
import type { PasskeyRequestOptions } from '../../accounts/sign-in-with-passkey.ts';
import type { Messages } from '../messages/messages.ts';

/** Scripts of a page that has a passkey form. */
export const PASSKEY_SCRIPTS = ['passkeys'] as const;

/** The hidden field that brings the authenticator's answer. */
export const PASSKEY_FIELD = 'passkey';

export type PasskeyFormView = {
  /** Where its answer goes. */
  readonly action: string;
  readonly csrf: string;
} & (
  | {
      readonly purpose: 'sign_in' | 'confirmation' | 'second_factor';
      readonly options: PasskeyRequestOptions;
      /** A checkbox `remember` of its own. */
      readonly remember?: { readonly text: string; readonly checked: boolean } | undefined;
      /** Name of a checkbox in another form of the page that counts for this one too. */
      readonly along?: string;
    }
  | { readonly purpose: 'registration'; readonly options: PasskeyCreationOptions }
);

/**
 * What `views/passkey-form.eta` shows: `<%~ include('@passkey-form', it.passkey) %>`.
 *
 * The form is hidden until the page's script has found that the browser has passkeys, so a page
 * needs another way on, or an element with `data-no-passkeys` that says what is missing. On the
 * page that asks for a name, the name's field says `autocomplete="username webauthn"`: there the
 * browser offers passkeys as it offers passwords.
 *
 * A page that asks for a second factor or for a new passkey is about this form: its button is the
 * page's own.
 */
export function passkeyForm(messages: Messages, view: PasskeyFormView) {
  const { passkeys } = messages;
  const { action, csrf, purpose, options } = view;
  const shared = { action, csrf, options: JSON.stringify(options) };
  if (purpose === 'registration') {
    return {
      ...shared,
      kind: 'create',
      autofill: false,
      submit: passkeys.add,
      text: {
        waiting: passkeys.waiting,
        cancelled: passkeys.addCancelled,
        registered: passkeys.alreadyHere,
        failed: passkeys.addFailed,
      },
      main: true,
      remember: undefined,
      along: undefined,
      nameField: {
        label: passkeys.name,
        hint: passkeys.nameHint,
        maxCharacters: FACTOR_NAME_MAX,
      },
    };
  }
  return {
    ...shared,
    kind: 'get',
    autofill: purpose === 'sign_in',
    submit: {
      sign_in: passkeys.signIn,
      confirmation: passkeys.confirm,
      second_factor: passkeys.secondFactor,
    }[purpose],
    text: {
      waiting: passkeys.waiting,
      cancelled: passkeys.signInCancelled,
      registered: '',
      failed: passkeys.signInFailed,
    },
    main: purpose === 'second_factor',
    remember: view.remember,
    along: view.along,
    nameField: undefined,
  };
}
