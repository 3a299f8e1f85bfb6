import { FACTOR_NAME_MAX } from '../../accounts/factor-name.ts';
import { type Passkey, passkeyLabel } from '../../accounts/passkey.ts';
import type { PasskeyCreationOptions } from '../../accounts/register-passkey.ts';
import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { PASSKEY_SCRIPTS, passkeyForm } from '../../interactions/pages/passkey-form.ts';
import { displayName } from '../../languages/display-text.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

export interface PasskeysView {
  /** The oldest first. */
  readonly passkeys: readonly Passkey[];
  /** Undefined where none are used: browsers offer none, or the tenant has no second factors. */
  readonly addHref: string | undefined;
  readonly rename: { readonly action: string; readonly csrf: string };
  readonly remove: { readonly action: string; readonly csrf: string };
  /** Why they cannot be removed. */
  readonly kept: 'only_way' | 'required' | undefined;
  readonly problem: 'full' | undefined;
  readonly now: Date;
}

/** The passkeys of an account, by the names that their owner knows them by. */
export function passkeysPage(messages: Messages, shell: AccountShell, view: PasskeysView): Page {
  const { accountMethods, accountPasskeys, passkeys, formats } = messages;
  const kept = { only_way: accountMethods.onlyWay, required: accountMethods.required };
  return accountLayout(messages, shell, {
    template: 'account-passkeys',
    section: 'methods',
    title: accountMethods.passkeys,
    problem: view.problem && passkeys[view.problem],
    data: {
      text: accountPasskeys,
      lead: accountPasskeys.lead,
      none: view.passkeys.length === 0 ? accountPasskeys.none : undefined,
      items: view.passkeys.map((passkey) => {
        const name = displayName(passkeyLabel(passkey) ?? passkeys.unnamed);
        return {
          id: passkey.id,
          name,
          given: passkey.name ?? '',
          kind: passkey.backedUp ? accountPasskeys.synced : accountPasskeys.oneDevice,
          added: accountMethods.added(formats.date(passkey.createdAt, shell.timeZone)),
          used:
            passkey.lastUsedAt === undefined
              ? accountMethods.neverUsed
              : accountMethods.lastUsed(formats.relative(passkey.lastUsedAt, view.now)),
          renameLabel: accountPasskeys.renameNamed(name),
          removeLabel: accountMethods.removeNamed(name),
        };
      }),
      nameMax: FACTOR_NAME_MAX,
      rename: view.rename,
      remove: view.kept === undefined ? { ...view.remove, text: accountMethods.remove } : undefined,
      kept: view.kept && kept[view.kept],
      add: view.addHref && { href: view.addHref, text: accountPasskeys.add },
      unavailable: view.addHref === undefined ? accountPasskeys.unavailable : undefined,
    },
  });
}

/** Why a new passkey was not taken. */
export type PasskeyProblem = 'rejected' | 'outdated' | 'alreadyHere';

export interface AddPasskeyView {
  readonly action: string;
  readonly csrf: string;
  readonly options: PasskeyCreationOptions;
  readonly problem: PasskeyProblem | undefined;
}

/** Asks the browser for a new passkey: the one page here that needs a script. */
export function addPasskeyPage(
  messages: Messages,
  shell: AccountShell,
  view: AddPasskeyView,
): Page {
  const { accountPasskeys, passkeys } = messages;
  const { problem, ...form } = view;
  return {
    ...accountLayout(messages, shell, {
      template: 'account-passkey-add',
      section: 'methods',
      title: accountPasskeys.add,
      problem: problem && passkeys[problem],
      data: {
        lead: accountPasskeys.addLead,
        unavailable: messages.secondFactor.passkey.unavailable,
        passkey: passkeyForm(messages, { ...form, purpose: 'registration' }),
      },
    }),
    scripts: PASSKEY_SCRIPTS,
  };
}
