import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * The pages that the library itself shows, as this room asks for them; `interactions/` has them.
 * Each sets type, body and headers of the context.
 */
export interface ProviderPages {
  /** Asks whether to sign out: posts `xsrf` to `action`, with `logout=yes` to confirm. */
  logoutConfirm(
    ctx: KoaContextWithOIDC,
    page: { action: string; xsrf: string; clientName: string | undefined },
  ): void | Promise<void>;
  logoutDone(
    ctx: KoaContextWithOIDC,
    page: { clientName: string | undefined },
  ): void | Promise<void>;
  /** `error` and `errorDescription` are the protocol's words, safe to show when escaped. */
  error(
    ctx: KoaContextWithOIDC,
    page: { status: number; error: string; errorDescription: string | undefined },
  ): void | Promise<void>;
}
