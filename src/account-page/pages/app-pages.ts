import type { SecondFactors } from '../../accounts/second-factor-store.ts';
import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { qrSvg } from '../../interactions/qr-svg.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

export interface AppView {
  readonly app: SecondFactors['totp'];
  readonly addHref: string;
  readonly remove: { readonly action: string; readonly csrf: string };
  /** It is the only second factor, and the tenant asks for one. */
  readonly needed: boolean;
  readonly now: Date;
}

/** Whether an account has an authenticator app, and since when. */
export function appPage(messages: Messages, shell: AccountShell, view: AppView): Page {
  const { accountApp, accountMethods, formats } = messages;
  const { app } = view;
  return accountLayout(messages, shell, {
    template: 'account-app',
    section: 'methods',
    title: accountMethods.app,
    data: {
      lead: accountApp.lead,
      app: app && {
        name: app.name === '' ? accountApp.name : app.name,
        added: accountMethods.added(formats.date(app.createdAt, shell.timeZone)),
        used:
          app.lastUsedAt === undefined
            ? accountMethods.neverUsed
            : accountMethods.lastUsed(formats.relative(app.lastUsedAt, view.now)),
      },
      remove: view.needed ? undefined : { ...view.remove, text: accountMethods.remove },
      needed: app !== undefined && view.needed ? accountMethods.required : undefined,
      add: {
        href: view.addHref,
        text: app === undefined ? accountApp.setUp : accountApp.replace,
      },
    },
  });
}

export type AppProblem = 'missing' | 'wrong_code' | 'expired';

export interface AddAppView {
  readonly action: string;
  readonly csrf: string;
  /** In base32. */
  readonly seed: string;
  /** `otpauth://totp/…` */
  readonly uri: string;
  readonly problem: AppProblem | undefined;
}

/** Shows what an app is set up with, and asks for its first code. */
export function addAppPage(messages: Messages, shell: AccountShell, view: AddAppView): Page {
  const { totp, submit } = messages.newFactor;
  const { problem } = view;
  const said = problem && { missing: totp.missing, wrong_code: totp.wrong, expired: totp.expired };
  return accountLayout(messages, shell, {
    template: 'account-app-add',
    section: 'methods',
    title: totp.heading,
    problem: said && problem && said[problem],
    data: {
      text: totp,
      uri: view.uri,
      qrSvg: qrSvg(view.uri, totp.qr),
      // Four at a time are what people keep in mind; apps pass over the spaces.
      seed: view.seed.replace(/.{4}(?=.)/g, '$& '),
      submit,
      fieldProblem: said && problem && problem !== 'expired' ? said[problem] : undefined,
      // What concerns the code stands at its field.
      ...(problem === 'expired' ? {} : { problem: undefined }),
      action: view.action,
      csrf: view.csrf,
    },
  });
}
