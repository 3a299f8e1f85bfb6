import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { satisfies } from '../accounts/acr.ts';

/**
 * Answers a client that asks for an `acr` with what it asked for, where the session proved as much
 * or more. The library compares for equality: a passkey would not do for a client that insists on
 * two factors, and such a client must be answered with one of its own values.
 *
 * @see OpenID Connect Core 1.0, section 5.5.1.1
 */
export function answerWithAskedAcr(provider: Provider): void {
  const { prototype } = provider.OIDCContext as unknown as {
    prototype: KoaContextWithOIDC['oidc'];
  };
  Object.defineProperty(prototype, 'acr', {
    configurable: true,
    get(this: KoaContextWithOIDC['oidc']): string | undefined {
      const acr = this.session?.acr;
      const request = this.claims?.id_token?.acr;
      if (acr === undefined || request === undefined || request === null) return acr;
      const values = [request.value, ...(Array.isArray(request.values) ? request.values : [])];
      return values.find((value): value is string => satisfies(acr, String(value))) ?? acr;
    },
  });
}
