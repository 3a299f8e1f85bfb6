import type { ConnectedApplication } from '../../grants/connected-application.ts';
import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { permissionsOf } from '../../interactions/pages/permissions.ts';
import { webLink } from '../../interactions/web-link.ts';
import { displayName } from '../../languages/display-text.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

export interface ApplicationsView {
  readonly siteName: string;
  /** The last used first. */
  readonly applications: readonly {
    readonly clientId: string;
    readonly name: string;
    /** As registered. */
    readonly website: unknown;
    readonly firstParty: boolean;
    readonly grant: Omit<ConnectedApplication, 'client'>;
  }[];
  /** Names of the applications behind resource indicators. */
  readonly applicationNames: Readonly<Record<string, string>>;
  readonly withdraw: { readonly action: string; readonly csrf: string };
  readonly now: Date;
}

/** What applications can do with an account, in words, and taking it back. */
export function applicationsPage(
  messages: Messages,
  shell: AccountShell,
  view: ApplicationsView,
): Page {
  const { accountApplications, formats } = messages;
  const site = displayName(view.siteName);
  return accountLayout(messages, shell, {
    template: 'account-applications',
    section: 'applications',
    data: {
      text: accountApplications,
      lead: view.applications.length === 0 ? accountApplications.none : accountApplications.lead,
      items: view.applications.map(({ clientId, firstParty, grant, ...application }) => {
        const name = displayName(application.name);
        return {
          clientId,
          name,
          website: webLink(application.website),
          since: accountApplications.since(formats.date(grant.firstUsedAt, shell.timeZone)),
          lastUsed: accountApplications.lastUsed(formats.relative(grant.lastUsedAt, view.now)),
          ours: firstParty ? accountApplications.ours(site) : undefined,
          permissions: permissionsOf(messages, grant, view.applicationNames),
          withdrawLabel: accountApplications.withdrawNamed(name),
        };
      }),
      action: view.withdraw.action,
      csrf: view.withdraw.csrf,
    },
  });
}
