import type { Configuration } from 'oidc-provider';
import { clientSeconds } from '../applications/client-metadata.ts';
import type { TenantLifetimes } from '../tenants/tenant.ts';
import { signedInHereAt } from './session-facts.ts';

/**
 * How long a session of nobody lives. All it holds is the form of a sign-out, on a page that leads on
 * by itself, or by its one button; whoever waits longer at that is signed out already. Anybody can
 * have such sessions made, without end, so they must not stay.
 */
const NOBODYS_SESSION_SECONDS = 10 * 60;

const secondsNow = () => Math.floor(Date.now() / 1000);

/**
 * Lifetimes per tenant, overridden per client, in whole seconds.
 *
 * Idle and absolute bounds meet in one number: the time to the nearer of the two. The library
 * measures with its own clock, so this does too.
 */
export function lifetimes(settings: TenantLifetimes): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: (_ctx, token, client) =>
      token.resourceServer?.accessTokenTTL ??
      clientSeconds(client, 'access_token_seconds', settings.accessTokenSeconds),
    ClientCredentials: (_ctx, token, client) =>
      token.resourceServer?.accessTokenTTL ??
      clientSeconds(client, 'access_token_seconds', settings.accessTokenSeconds),
    AuthorizationCode: settings.authorizationCodeSeconds,
    IdToken: (_ctx, _token, client) =>
      clientSeconds(client, 'id_token_seconds', settings.idTokenSeconds),
    Interaction: settings.interactionSeconds,
    Session: (_ctx, session) => {
      if (session.accountId === undefined) {
        return Math.min(NOBODYS_SESSION_SECONDS, settings.sessionIdleSeconds);
      }
      const signedInAt = signedInHereAt(session, secondsNow());
      return nearer(settings.sessionIdleSeconds, signedInAt + settings.sessionAbsoluteSeconds);
    },
    RefreshToken: (_ctx, token, client) => {
      const idle = clientSeconds(
        client,
        'refresh_token_idle_seconds',
        settings.refreshTokenIdleSeconds,
      );
      const absolute = clientSeconds(
        client,
        'refresh_token_absolute_seconds',
        settings.refreshTokenAbsoluteSeconds,
      );
      return nearer(idle, (token.iiat ?? secondsNow()) + absolute);
    },
    // The store extends it to its newest refresh token; it must outlive the session that made it.
    Grant: () => Math.max(settings.sessionAbsoluteSeconds, settings.refreshTokenAbsoluteSeconds),
  };
}

/** Seconds until the nearer of an idle bound and an absolute moment; at least one. */
function nearer(idleSeconds: number, absoluteAt: number): number {
  return Math.max(1, Math.min(idleSeconds, absoluteAt - secondsNow()));
}
