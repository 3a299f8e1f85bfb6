import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { recoveryCodesPage } from '../../interactions/pages/recovery-codes-page.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

/** So few are left that somebody should make new ones. */
const FEW = 3;

export interface RecoveryCodesStateView {
  readonly action: string;
  readonly csrf: string;
  readonly left: number;
  /** Whether there is a factor that they could stand in for. */
  readonly hasFactor: boolean;
}

/** How many recovery codes are left, and making new ones. */
export function recoveryCodesStatePage(
  messages: Messages,
  shell: AccountShell,
  view: RecoveryCodesStateView,
): Page {
  const { accountMethods, accountRecoveryCodes, formats } = messages;
  const { left, hasFactor } = view;
  return accountLayout(messages, shell, {
    template: 'account-recovery-codes',
    section: 'methods',
    title: accountMethods.recoveryCodes,
    data: {
      lead: accountRecoveryCodes.lead,
      left: left === 0 ? accountMethods.none : accountMethods.left(formats.number(left)),
      notice: hasFactor
        ? left <= FEW
          ? accountRecoveryCodes.few
          : undefined
        : accountRecoveryCodes.noFactor,
      make: hasFactor ? accountRecoveryCodes.make : undefined,
      replaces: left > 0 ? accountRecoveryCodes.replaces : undefined,
      action: view.action,
      csrf: view.csrf,
    },
  });
}

/** Codes that were just made, this once; as the sign-in shows them. */
export function newRecoveryCodesPage(
  messages: Messages,
  shell: AccountShell,
  view: {
    readonly action: string;
    readonly csrf: string;
    readonly siteName: string;
    readonly username: string;
    readonly codes: readonly string[];
  },
): Page {
  const { data } = recoveryCodesPage(messages, { ...view, formTargets: [] });
  return accountLayout(messages, shell, {
    template: 'account-recovery-codes-new',
    section: 'methods',
    title: messages.recoveryCodes.heading,
    data: { ...data, lead: messages.recoveryCodes.lead },
  });
}
