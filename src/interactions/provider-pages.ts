import type { KoaContextWithOIDC } from 'oidc-provider';
import { formTargets } from '../http/content-security-policy.ts';
import type { Page, RenderPage } from '../http/render-page.ts';
import type { RequestContext } from '../http/request-state.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { languageMenu, requestMessages } from './language-choice.ts';
import type { Messages } from './messages/messages.ts';
import { pageFrame } from './page-frame.ts';
import { errorPage } from './pages/error-page.ts';
import { logoutConfirmPage, logoutDonePage } from './pages/logout-pages.ts';

/** Statuses whose page says all there is: a second, blander sentence would only puzzle. */
const SELF_EXPLANATORY = new Set([403, 404, 405, 421, 429]);

/**
 * The pages that the protocol itself shows, as the provider room asks for them.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0, sections 2 and 3
 */
export function createProviderPages(deps: { render: RenderPage }) {
  return {
    /** Asks whether to sign out: posts `xsrf` to `action`, with `logout=yes` to confirm. */
    async logoutConfirm(
      ctx: KoaContextWithOIDC,
      page: { action: string; xsrf: string; clientName: string | undefined },
    ): Promise<void> {
      const { session, client } = ctx.oidc;
      const targets = formTargets(session?.state?.postLogoutRedirectUri, client?.clientUri);
      await show(deps, ctx, (messages, siteName) =>
        logoutConfirmPage(messages, { ...page, siteName, formTargets: targets }),
      );
    },
    /** @param page.clientName - given when only this client was left */
    async logoutDone(
      ctx: KoaContextWithOIDC,
      page: { clientName: string | undefined },
    ): Promise<void> {
      await show(deps, ctx, (messages, siteName) =>
        logoutDonePage(messages, { ...page, siteName }),
      );
    },
    /** An error of the protocol that no client can be told of. */
    async error(
      ctx: KoaContextWithOIDC,
      page: { status: number; error: string; errorDescription: string | undefined },
    ): Promise<void> {
      await show(deps, ctx, (messages) =>
        errorPage(messages, {
          status: page.status,
          error: page.error,
          detail: page.errorDescription,
          requestId: requestIdOf(ctx.state),
          retryHref: undefined,
        }),
      );
    },
  };
}

/**
 * The error page of the HTTP boundary: of the tenant if there is one, else of nobody.
 */
export function createErrorPageRenderer(deps: { render: RenderPage }) {
  return async (
    ctx: RequestContext,
    page: {
      readonly status: number;
      /** One sentence, safe to show; for developers. */
      readonly message: string;
      readonly requestId: string;
    },
  ): Promise<void> => {
    const explained = SELF_EXPLANATORY.has(page.status);
    await show(deps, ctx, (messages) =>
      errorPage(messages, {
        status: page.status,
        error: undefined,
        detail: explained || page.status >= 500 ? undefined : page.message,
        requestId: page.requestId,
        retryHref: undefined,
      }),
    );
  };
}

async function show(
  deps: { render: RenderPage },
  ctx: RequestContext | KoaContextWithOIDC,
  page: (messages: Messages, siteName: string) => Page,
): Promise<void> {
  const oidc = 'oidc' in ctx ? (ctx.oidc as KoaContextWithOIDC['oidc'] | undefined) : undefined;
  const messages = await requestMessages(ctx, { uiLocales: oidc?.params?.ui_locales });
  const frame = pageFrame(tenantOf(ctx.state), messages, languageMenu(ctx, messages));
  deps.render(ctx, frame, page(messages, frame.siteName));
}

/** An error may come before the tenant is known. */
function tenantOf(state: Readonly<Record<string, unknown>> | object): Tenant | undefined {
  return 'tenant' in state ? (state.tenant as Tenant | undefined) : undefined;
}

function requestIdOf(state: object): string | undefined {
  return 'requestId' in state && typeof state.requestId === 'string' ? state.requestId : undefined;
}
