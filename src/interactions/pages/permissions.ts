import type { GrantRequest } from '../../grants/recorded-grant.ts';
import { displayName } from '../../languages/display-text.ts';
import { entry, type Messages } from '../messages/messages.ts';

/** Scopes and claims that say nothing to a person beside others. */
const SILENT_CLAIMS = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss']);

/** What a client can do with an account, in words. */
export interface Permissions {
  readonly items: readonly { readonly title: string; readonly detail: string }[];
  /** What it can do in applications that have an API. */
  readonly applications: readonly {
    readonly heading: string;
    readonly scopes: readonly string[];
  }[];
}

/**
 * Says what a request asks for, or a grant allows.
 *
 * @param applicationNames - names of the applications behind resource indicators
 */
export function permissionsOf(
  messages: Messages,
  { scopes, claims, resourceScopes }: GrantRequest,
  applicationNames: Readonly<Record<string, string>>,
): Permissions {
  return {
    items: [
      ...scopes.map((scope) => scopeItem(messages, scope)),
      ...claims
        .filter((claim) => !SILENT_CLAIMS.has(claim))
        .map((claim) => ({
          title: messages.claim(entry(messages.claims, claim) ?? displayName(claim)),
          detail: '',
        })),
    ],
    applications: Object.entries(resourceScopes).map(([resource, asked]) => ({
      heading: messages.consent.inApplication(displayName(applicationNames[resource] ?? resource)),
      scopes: asked.map((scope) => displayName(scope)),
    })),
  };
}

function scopeItem(messages: Messages, scope: string): { title: string; detail: string } {
  const known = entry(messages.scopes, scope);
  return known ?? { title: messages.unknownScope(displayName(scope)), detail: '' };
}
