import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';

/** Members of the token endpoint's answer that are tokens. RFC 6749, section 5.1 */
const TOKEN_KINDS = ['access_token', 'id_token', 'refresh_token'] as const;

export type TokenKind = (typeof TOKEN_KINDS)[number];

/** Takes the size of a token that was issued, in bytes. */
export type ObserveTokenSize = (kind: TokenKind, bytes: number) => void;

/** Measures every token that the token endpoint issues, the one endpoint that does. */
export function measureTokens(observe: ObserveTokenSize, provider: Provider): void {
  provider.on('grant.success', (ctx) => {
    for (const [kind, bytes] of tokenSizes(ctx)) observe(kind, bytes);
  });
}

/** Bytes of the tokens in an answer of the token endpoint. */
export function tokenSizes(ctx: Pick<KoaContextWithOIDC, 'body'>): [TokenKind, number][] {
  const answer = (ctx.body ?? {}) as Readonly<Record<string, unknown>>;
  return TOKEN_KINDS.flatMap((kind): [TokenKind, number][] => {
    const token = answer[kind];
    return typeof token === 'string' ? [[kind, Buffer.byteLength(token)]] : [];
  });
}
