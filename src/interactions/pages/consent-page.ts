import type { GrantRequest } from '../../grants/recorded-grant.ts';
import type { Page } from '../../http/render-page.ts';
import { aroundName, displayName } from '../../languages/display-text.ts';
import { entry, type Messages } from '../messages/messages.ts';
import { webLink } from '../web-link.ts';
import { accountCard, type ShownAccount } from './account-card.ts';

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

/** Scopes and claims that say nothing to a person beside others. */
const SILENT_CLAIMS = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss']);

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
      items: [
        ...view.asked.scopes.map((scope) => scopeItem(messages, scope)),
        ...view.asked.claims
          .filter((claim) => !SILENT_CLAIMS.has(claim))
          .map((claim) => ({
            title: messages.claim(entry(messages.claims, claim) ?? displayName(claim)),
            detail: '',
          })),
      ],
      applications: Object.entries(view.asked.resourceScopes).map(([resource, scopes]) => ({
        heading: consent.inApplication(displayName(view.applicationNames[resource] ?? resource)),
        scopes: scopes.map((scope) => displayName(scope)),
      })),
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

function scopeItem(messages: Messages, scope: string): { title: string; detail: string } {
  const known = entry(messages.scopes, scope);
  return known ?? { title: messages.unknownScope(displayName(scope)), detail: '' };
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A host that a person can judge, or `undefined` as host for an app on their own device. */
function destinationOf(uri: string | undefined): { host: string | undefined } | undefined {
  const url = uri === undefined ? null : URL.parse(uri);
  if (url === null) return undefined;
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  return { host: web && !LOOPBACK.test(url.hostname) ? url.host : undefined };
}
