import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

export interface MethodsView {
  /** Path of this page; the others are below it. */
  readonly root: string;
  /** How many; undefined where there are none to have. */
  readonly passkeys: number | undefined;
  /** Undefined where the tenant has none. */
  readonly secondFactors:
    | { readonly app: boolean; readonly recoveryCodes: number; readonly browsers: number }
    | undefined;
  /** Undefined where there is nothing to connect. */
  readonly connected: number | undefined;
}

/** What somebody can sign in with, each with its state, and where it is changed. */
export function methodsPage(messages: Messages, shell: AccountShell, view: MethodsView): Page {
  const { accountMethods, formats } = messages;
  const count = (value: number) => (value === 0 ? accountMethods.none : formats.number(value));
  const { passkeys, secondFactors, connected } = view;
  const link = (name: string, title: string, detail: string) => ({
    href: `${view.root}/${name}`,
    title,
    detail,
  });
  return accountLayout(messages, shell, {
    template: 'account-methods',
    section: 'methods',
    data: {
      lead: accountMethods.lead,
      sections: [
        ...(passkeys === undefined
          ? []
          : [link('passkeys', accountMethods.passkeys, count(passkeys))]),
        ...(secondFactors === undefined
          ? []
          : [
              link(
                'app',
                accountMethods.app,
                secondFactors.app ? accountMethods.on : accountMethods.off,
              ),
              link(
                'recovery-codes',
                accountMethods.recoveryCodes,
                secondFactors.recoveryCodes === 0
                  ? accountMethods.none
                  : accountMethods.left(formats.number(secondFactors.recoveryCodes)),
              ),
              link('browsers', accountMethods.browsers, count(secondFactors.browsers)),
            ]),
        ...(connected === undefined
          ? []
          : [link('connected', accountMethods.connected, count(connected))]),
      ],
    },
  });
}
