/**
 * The clients of the demo seed, as applications are configured with them: an issuer, a client id,
 * a secret if there is one, a redirect URI.
 */
import type { TestDeployment } from './gatehouse.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from './plain-browser.ts';
import {
  createRelyingParty,
  type RelyingParty,
  type RelyingPartyOptions,
} from './relying-party.ts';

type DemoClient = Omit<RelyingPartyOptions, 'issuer'> & {
  /** Below PUBLIC_URL. */
  readonly tenantPath?: string;
};

export const DEMO_CLIENTS = {
  /** Third-party, confidential, asks for consent. */
  'notes-web': {
    clientId: 'notes-web',
    secret: 'demo-secret-of-notes-web-not-for-production',
    redirectUri: 'http://localhost:8080/callback',
  },
  /** Public, in a browser. */
  'notes-spa': { clientId: 'notes-spa', redirectUri: 'http://localhost:5173/callback' },
  /** Public, on somebody's computer: any port. */
  'notes-cli': { clientId: 'notes-cli', redirectUri: 'http://127.0.0.1:49152/callback' },
  /** A machine; it is never redirected anywhere. */
  'reports-job': {
    clientId: 'reports-job',
    secret: 'demo-secret-of-reports-job-not-for-production',
    redirectUri: 'http://localhost:1/none',
  },
  /** First-party, behind the application gate. */
  'payroll-web': {
    clientId: 'payroll-web',
    secret: 'demo-secret-of-payroll-web-not-for-production',
    redirectUri: 'http://localhost:8081/callback',
  },
  /** Of the tenant acme, first-party. */
  'portal-web': {
    clientId: 'portal-web',
    secret: 'demo-secret-of-portal-web-not-for-production',
    redirectUri: 'http://localhost:8082/callback',
    tenantPath: '/t/acme',
  },
} as const satisfies Record<string, DemoClient>;

/** Alice of the tenant acme: another person than the default tenant's. */
export const ACME_ALICE = { identifier: 'alice', password: 'acme-demo-password' };

/** A relying party with a client of the demo seed. */
export function demoParty(
  deployment: Pick<TestDeployment, 'publicUrl'>,
  name: keyof typeof DEMO_CLIENTS,
  options: Partial<RelyingPartyOptions> = {},
): Promise<RelyingParty> {
  const { tenantPath = '', ...demo }: DemoClient = DEMO_CLIENTS[name];
  return createRelyingParty({
    issuer: `${deployment.publicUrl}${tenantPath}`,
    ...demo,
    ...options,
  });
}

/** A browser that stops at the first address that is not the deployment's: a redirect URI. */
export function visitor(deployment: Pick<TestDeployment, 'publicUrl'>): PlainBrowser {
  return createPlainBrowser({ stopAt: (url) => !url.startsWith(`${deployment.publicUrl}/`) });
}

/** What the address that a browser stopped at tells a relying party, in query or fragment. */
export function answerAt(
  page: Pick<PlainPage, 'url' | 'status' | 'text'>,
  party: Pick<RelyingParty, 'redirectUri'>,
): Record<string, string> {
  if (!page.url.startsWith(party.redirectUri)) {
    throw new Error(`not at the redirect URI but at ${page.url} (${page.status}): ${page.text}`);
  }
  const { search, hash } = new URL(page.url);
  return Object.fromEntries([
    ...new URLSearchParams(search),
    ...new URLSearchParams(hash.replace('#', '')),
  ]);
}
