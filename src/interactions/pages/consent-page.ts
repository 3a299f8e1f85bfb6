import type { GrantRequest } from '../../grants/recorded-grant.ts';
import type { Page } from '../../http/render-page.ts';
import { aroundName, displayName } from '../../languages/display-text.ts';
import type { Messages } from '../messages/messages.ts';
import { webLink } from '../web-link.ts';
import { accountCard, type ShownAccount } from './account-card.ts';
import { permissionsOf } from './permissions.ts';

export interface ConsentView {
  readonly action: string;
  readonly csrf: string;
  readonly formTargets: readonly string[];
  readonly siteName: string;
  readonly client: {
    readonly name: string;
    readonly firstParty: boolean;
    /** As registered: `client_uri`, `policy_uri`, `tos_uri`. */
    readonly websiteUri: unknown;
    readonly policyUri: unknown;
    readonly termsUri: unknown;
  };
  /** Where the answer goes. */
  readonly redirectUri: string | undefined;
  readonly account: ShownAccount;
  /** What is being allowed now, or, with `nothingNew`, what was allowed before. */
  readonly asked: GrantRequest;
  readonly nothingNew: boolean;
  /** Names of the applications behind resource indicators. */
  readonly applicationNames: Readonly<Record<string, string>>;
}

/** Asks a person whether a client may have what it asks for. */
export function consentPage(messages: Messages, view: ConsentView): Page {
  const { consent } = messages;
  const name = displayName(view.client.name);
  const destination = destinationOf(view.redirectUri);
  return {
    template: 'consent',
    title: view.nothingNew ? consent.continueTitle(name) : consent.title(name),
    status: 200,
    formTargets: view.formTargets,
    data: {
      text: consent,
      accountText: messages.account,
      clientName: name,
      lead: aroundName(view.nothingNew ? consent.continues : consent.asks),
      able: view.nothingNew ? consent.alreadyAble : consent.able,
      submit: view.nothingNew ? consent.continue : consent.allow,
      account: accountCard(view.account),
      ...permissionsOf(messages, view.asked, view.applicationNames),
      warning: view.client.firstParty ? undefined : consent.thirdParty(name, view.siteName),
      destination:
        destination === undefined
          ? undefined
          : destination.host === undefined
            ? consent.returnsToDevice
            : consent.returnsToHost(destination.host),
      linksLabel: consent.about(name),
      links: [
        { text: consent.website, href: webLink(view.client.websiteUri) },
        { text: consent.privacy, href: webLink(view.client.policyUri) },
        { text: consent.terms, href: webLink(view.client.termsUri) },
      ].filter((link) => link.href !== undefined),
      action: view.action,
      csrf: view.csrf,
    },
  };
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A host that a person can judge, or `undefined` as host for an app on their own device. */
function destinationOf(uri: string | undefined): { host: string | undefined } | undefined {
  const url = uri === undefined ? null : URL.parse(uri);
  if (url === null) return undefined;
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  return { host: web && !LOOPBACK.test(url.hostname) ? url.host : undefined };
}
