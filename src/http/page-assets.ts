import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Middleware } from 'koa';
import { LRUCache } from 'lru-cache';
import { accentStylesheet, normalizeAccent } from './accent-colour.ts';
import {
  answerCompressed,
  type CompressedText,
  compressBeginning,
  compressText,
  EFFORT,
} from './compressed-text.ts';

/** A year: the address changes with the content. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** The address names another release's content; see `createPageAssets`. */
const OTHER_RELEASE = 'public, max-age=30';
/** Path of a page asset below the deployment's root: a digest, then its name. */
const ASSET_PATH = /^\/assets\/([\w-]{8})-([a-z0-9-]+\.(?:css|js))$/;
/** Colours whose stylesheets are kept, some 35 KB each. */
const KEPT_ACCENTS = 100;
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Addresses of what hosted pages load, and the middleware that serves it. */
export interface PageAssets {
  /**
   * Address of a page's stylesheet: one, whatever the colour, because each is a request.
   *
   * @param page.accentColor - `#rrggbb`; anything else gives the standard colours
   * @param page.ownHost - the page is on a host of its own, without the deployment's path
   */
  stylesheets(page: { accentColor: string | undefined; ownHost: boolean }): string[];
  /**
   * Address of a script.
   *
   * @param name - without `.js`
   * @throws TypeError when there is no such script
   */
  script(name: string, page: { ownHost: boolean }): string;
  /** Answers GET for assets on any host; everything else goes on. */
  readonly middleware: Middleware<{ route?: string }>;
}

interface Asset extends CompressedText {
  readonly digest: string;
}

/**
 * Reads the stylesheets and scripts of the hosted pages into memory, compressed once. The sheet of
 * a tenant's colour is the standard one with the colour behind it, made when it is first asked for:
 * of any colour, since another replica may have heard of a tenant's new one before. Nothing is
 * compressed for that, or whoever asks for millions would keep a replica busy.
 *
 * Addresses carry a digest of the content and may be cached for ever. While two releases run side
 * by side, a page of one may ask the other for its stylesheet: the digest is then another's, and
 * the answer is this release's own, cached only briefly; a page never goes without its style.
 *
 * @param directory - holds `*.css` and `*.js`, `standardName` among them
 * @param basePath - path of PUBLIC_URL without a trailing slash, often `''`
 * @param standardName - the stylesheet that every page loads
 */
export async function createPageAssets(
  directory: string,
  basePath: string,
  standardName = 'pages.css',
): Promise<PageAssets> {
  const assets = new Map<string, Asset>();
  for (const name of await readdir(directory)) {
    if (extname(name) in MEDIA_TYPES) {
      const plain = await readFile(join(directory, name));
      assets.set(name, digested(await compressText(plain, EFFORT.once)));
    }
  }
  const standard = assets.get(standardName);
  if (standard === undefined) throw new TypeError(`${directory} has no ${standardName}`);

  const accentName = (accent: string) => standardName.replace(/\.css$/, `-${accent}.css`);
  const accentOf = (name: string) => {
    const accent = name.slice(-10, -4);
    return name === accentName(accent) ? normalizeAccent(`#${accent}`) : undefined;
  };
  const endedBy = await compressBeginning(standard.plain);
  const accented = new LRUCache<string, Asset>({
    max: KEPT_ACCENTS,
    memoMethod: (accent) => digested(endedBy(Buffer.from(accentStylesheet(accent)))),
  });
  const find = (name: string): Asset | undefined => {
    const accent = accentOf(name);
    return accent === undefined ? assets.get(name) : accented.memo(accent);
  };
  const root = (ownHost: boolean) => `${ownHost ? '' : basePath}/assets`;

  return {
    stylesheets({ accentColor, ownHost }) {
      const accent = normalizeAccent(accentColor);
      return accent === undefined
        ? [`${root(ownHost)}/${standard.digest}-${standardName}`]
        : [`${root(ownHost)}/${accented.memo(accent).digest}-${accentName(accent)}`];
    },
    script(name, { ownHost }) {
      const asset = assets.get(`${name}.js`);
      if (asset === undefined) throw new TypeError(`${directory} has no ${name}.js`);
      return `${root(ownHost)}/${asset.digest}-${name}.js`;
    },
    async middleware(ctx, next) {
      if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
      // A tenant with a host of its own has no such prefix.
      const path = ctx.path.startsWith(`${basePath}/`) ? ctx.path.slice(basePath.length) : ctx.path;
      const [, digest, name = ''] = ASSET_PATH.exec(path) ?? [];
      const asset = find(name);
      if (asset === undefined) return next();

      ctx.state.route = '/assets/:name';
      ctx.set('Cache-Control', asset.digest === digest ? IMMUTABLE : OTHER_RELEASE);
      ctx.set('X-Content-Type-Options', 'nosniff');
      ctx.type = MEDIA_TYPES[extname(name)] ?? '';
      answerCompressed(ctx, asset);
    },
  };
}

function digested(text: CompressedText): Asset {
  return { ...text, digest: hash('sha256', text.plain, 'base64url').slice(0, 8) };
}
