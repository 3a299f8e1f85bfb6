/** How the library is configured behind the hosted pages that tests open. */
import { type Configuration, interactionPolicy } from 'oidc-provider';
import type { ConsentDecision } from '../grants/record-grant.ts';
import type { createProviderPages } from '../interactions/provider-pages.ts';

const { Check, Prompt, base } = interactionPolicy;

/**
 * A policy with our application gate, and our pages where the library has its own.
 *
 * @param refused - account ids that the gate refuses
 */
export function configuration(
  issuer: string,
  cookieKey: string,
  refused: readonly string[],
  pages: ReturnType<typeof createProviderPages>,
): Configuration {
  const policy = base();
  policy.add(
    new Prompt(
      { name: 'application_gate', requestable: false },
      async () => ({ applicationName: 'Notes' }),
      new Check('no_role', 'no role', 'access_denied', async (ctx) =>
        refused.includes(ctx.oidc.account?.accountId ?? ''),
      ),
    ),
    1,
  );
  const path = new URL(issuer).pathname;
  return {
    cookies: { keys: [cookieKey], long: { signed: true, path }, short: { signed: true } },
    claims: { email: ['email'], profile: ['name'] },
    acrValues: ['urn:gatehouse:acr:single-factor'],
    interactions: {
      policy,
      url: (_ctx, interaction) => `${issuer}/interaction/${interaction.uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx) =>
          pages.logoutConfirm(ctx, {
            action: ctx.oidc.urlFor('end_session_confirm'),
            xsrf: String(ctx.oidc.session?.state?.secret ?? ''),
            clientName: ctx.oidc.client?.clientName,
          }),
        postLogoutSuccessSource: (ctx) =>
          pages.logoutDone(ctx, { clientName: ctx.oidc.client?.clientName }),
      },
    },
    renderError: (ctx, out) =>
      pages.error(ctx, {
        status: ctx.status,
        error: out.error,
        errorDescription: out.error_description,
      }),
  };
}

/** As `provider/load-existing-grant.ts` does: the library's Grant from what was recorded. */
export function loadGrant(granted: readonly ConsentDecision[]): Configuration['loadExistingGrant'] {
  return async (ctx) => {
    const { client, session, provider } = ctx.oidc;
    if (client === undefined || session?.accountId === undefined) return undefined;
    const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
    for (const { accountId, asked } of granted) {
      if (accountId !== session.accountId) continue;
      if (asked.scopes.length > 0) grant.addOIDCScope(asked.scopes.join(' '));
      if (asked.claims.length > 0) grant.addOIDCClaims([...asked.claims]);
    }
    await grant.save();
    return grant;
  };
}
