import { hash } from 'node:crypto';
import type { ParameterizedContext } from 'koa';
import { LRUCache } from 'lru-cache';
import { answerCompressed, type CompressedText, compressText, EFFORT } from './compressed-text.ts';

/**
 * Characters of all documents that are kept, each with its compressed forms: discovery and keys of a
 * thousand tenants, or descriptions of the API of fifty.
 */
const KEPT_CHARACTERS = 4 * 1024 * 1024;

/**
 * Answers with a document that is the same for everybody and may be kept for a while: discovery, the
 * JWKS. The media type is set before.
 */
export type AnswerPublicDocument = (
  ctx: ParameterizedContext,
  document: { readonly text: string; readonly maxAgeSeconds: number },
) => Promise<void>;

/**
 * Makes the function that answers so. Each text is compressed once, and kept by its digest, however
 * many tenants and replicas' generations of it there are; nothing in it is secret or comes from the
 * request, so its length tells nobody anything.
 *
 * The `ETag` is a strong one, and another for each encoding: two of the same would say that the bytes
 * are the same.
 *
 * @see RFC 9110, section 8.8.3.3; docs/decisions/0024-what-is-compressed.md
 */
export function createPublicDocuments(): AnswerPublicDocument {
  const kept = new LRUCache<string, Promise<CompressedText>>({ maxSize: KEPT_CHARACTERS });
  return async (ctx, { text, maxAgeSeconds }) => {
    const digest = hash('sha256', text, 'base64url').slice(0, 27);
    const type = ctx.response.get('Content-Type');
    let compressed = kept.get(digest);
    if (compressed === undefined) {
      compressed = compressText(Buffer.from(text), EFFORT.quick);
      kept.set(digest, compressed, { size: text.length });
    }
    const encoding = answerCompressed(ctx, await compressed);
    ctx.set('Content-Type', type);
    ctx.set('Cache-Control', `public, max-age=${maxAgeSeconds}`);
    ctx.set('ETag', `"${digest}${encoding === undefined ? '' : `-${encoding}`}"`);
    if (!ctx.fresh) return;
    ctx.status = 304;
    ctx.remove('Content-Encoding');
  };
}
