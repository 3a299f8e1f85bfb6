import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Middleware } from 'koa';
import { accentStylesheet, normalizeAccent } from './accent-colour.ts';

/** A year: the address changes with the content. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** The address names another release's content; see `createPageAssets`. */
const OTHER_RELEASE = 'public, max-age=30';
/** Path of a page asset below the deployment's root: a digest, then its name. */
const ASSET_PATH = /^\/assets\/([\w-]{8})-([a-z0-9-]+\.css)$/;
const ACCENT_NAME = /^accent-([0-9a-f]{6})\.css$/;
/** A tiny file only grows when it is compressed. */
const WORTH_COMPRESSING_BYTES = 1024;

/** Addresses of what hosted pages load, and the middleware that serves it. */
export interface PageAssets {
  /**
   * Addresses of a page's stylesheets, at most two.
   *
   * @param page.accentColor - `#rrggbb`; anything else gives the standard colours
   * @param page.ownHost - the page is on a host of its own, without the deployment's path
   */
  stylesheets(page: { accentColor: string | undefined; ownHost: boolean }): string[];
  /** Answers GET for assets on any host; everything else goes on. */
  readonly middleware: Middleware<{ route?: string }>;
}

interface Asset {
  readonly digest: string;
  readonly plain: Buffer;
  readonly encoded: { readonly br?: Buffer; readonly gzip?: Buffer };
}

/**
 * Reads the stylesheets of the hosted pages into memory, compressed once.
 *
 * Addresses carry a digest of the content and may be cached for ever. While two releases run side
 * by side, a page of one may ask the other for its stylesheet: the digest is then another's, and
 * the answer is this release's own, cached only briefly; a page never goes without its style.
 *
 * @param directory - holds `*.css`, `standardName` among them
 * @param basePath - path of PUBLIC_URL without a trailing slash, often `''`
 * @param standardName - the stylesheet that every page loads
 */
export async function createPageAssets(
  directory: string,
  basePath: string,
  standardName = 'pages.css',
): Promise<PageAssets> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.css'));
  const assets = new Map<string, Asset>();
  for (const name of names) assets.set(name, await prepare(await readFile(join(directory, name))));
  const pages = assets.get(standardName);
  if (pages === undefined) throw new TypeError(`${directory} has no ${standardName}`);

  const find = async (name: string): Promise<Asset | undefined> => {
    const accent = ACCENT_NAME.exec(name)?.[1];
    return accent === undefined ? assets.get(name) : prepare(Buffer.from(accentStylesheet(accent)));
  };

  return {
    stylesheets({ accentColor, ownHost }) {
      const root = `${ownHost ? '' : basePath}/assets`;
      const standard = `${root}/${pages.digest}-${standardName}`;
      const accent = normalizeAccent(accentColor);
      if (accent === undefined) return [standard];
      const digest = digestOf(Buffer.from(accentStylesheet(accent)));
      return [standard, `${root}/${digest}-accent-${accent}.css`];
    },
    async middleware(ctx, next) {
      if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
      // A tenant with a host of its own has no such prefix.
      const path = ctx.path.startsWith(`${basePath}/`) ? ctx.path.slice(basePath.length) : ctx.path;
      const [, digest, name] = ASSET_PATH.exec(path) ?? [];
      const asset = name === undefined ? undefined : await find(name);
      if (asset === undefined) return next();

      ctx.state.route = '/assets/:name';
      ctx.set('Cache-Control', asset.digest === digest ? IMMUTABLE : OTHER_RELEASE);
      ctx.set('X-Content-Type-Options', 'nosniff');
      ctx.vary('Accept-Encoding');
      ctx.type = 'css';
      ctx.body = asset.plain;
      // One by one: asked for several, Koa takes the browser's first, and browsers begin with gzip.
      for (const encoding of ['gzip', 'br'] as const) {
        const body = asset.encoded[encoding];
        if (body === undefined || ctx.acceptsEncodings(encoding) !== encoding) continue;
        ctx.set('Content-Encoding', encoding);
        ctx.body = body;
      }
    },
  };
}

async function prepare(plain: Buffer): Promise<Asset> {
  const digest = digestOf(plain);
  if (plain.length < WORTH_COMPRESSING_BYTES) return { digest, plain, encoded: {} };
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(plain),
    promisify(gzip)(plain, { level: 9 }),
  ]);
  return { digest, plain, encoded: { br, gzip: zipped } };
}

function digestOf(content: Buffer): string {
  return hash('sha256', content, 'base64url').slice(0, 8);
}
