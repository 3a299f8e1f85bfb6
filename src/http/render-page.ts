import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Eta } from 'eta';
import type { ParameterizedContext } from 'koa';
import { pagePolicy } from './content-security-policy.ts';
import { firstLetter } from './first-letter.ts';
import type { PageAssets } from './page-assets.ts';

/** What surrounds every page of a site. */
export interface PageFrame {
  /** Whose page it is, as people know it. */
  readonly siteName: string;
  /** BCP 47. */
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
  /** `#rrggbb`; anything else gives the standard colour. */
  readonly accentColor: string | undefined;
  /** A picture as a `data:` address; undefined shows the site's initial. */
  readonly logo?: string | undefined;
  /** Footer; absolute web addresses. */
  readonly links: readonly PageLink[];
  /** Names the footer for those who cannot see it. */
  readonly linksLabel: string;
  /** Undefined when there is no choice, or no way back to the page. */
  readonly languages?: LanguageMenu | undefined;
  /** The page is on a host of its own, without the path of PUBLIC_URL. */
  readonly ownHost: boolean;
}

export interface PageLink {
  readonly text: string;
  readonly href: string;
}

/** The choice of a page's language: a form at its foot. */
export interface LanguageMenu {
  readonly action: string;
  /** The page's own address. */
  readonly returnTo: string;
  /** Names the menu for those who cannot see it. */
  readonly label: string;
  /** The page's language, as it calls itself. */
  readonly current: string;
  readonly choices: readonly {
    /** BCP 47. */
    readonly tag: string;
    readonly name: string;
    readonly dir: 'ltr' | 'rtl';
    readonly current: boolean;
  }[];
}

/** The pages that a page belongs to: beside it where there is room, else reached by a way back. */
export interface PageMenu {
  readonly label: string;
  /** Leads past it those who go from link to link. */
  readonly skip: string;
  readonly links: readonly (PageLink & { readonly current: boolean })[];
  /** The way out. */
  readonly leave: PageLink;
}

/** One page: a template of `views/` and what it shows. */
export interface Page {
  /** File name in `views/`, without `.eta`. */
  readonly template: string;
  /** Says the page's state; the site's name follows it. */
  readonly title: string;
  readonly status: number;
  readonly data: object;
  /** CSP sources that its forms may lead to besides this origin; undefined: it has no form of its own. */
  readonly formTargets: readonly string[] | undefined;
  /** Scripts of `views/assets/`, without `.js`. The page must do without them as well. */
  readonly scripts?: readonly string[];
  /** The page's own address holds a secret: no other request may carry it. */
  readonly secretAddress?: boolean;
  readonly menu?: PageMenu;
  /** The page only leads on to this address, at once: no script, and no redirect that a form's policy governs. */
  readonly moveOnTo?: string;
}

/** What rendering needs of a Koa context. */
export type PageContext = Pick<ParameterizedContext, 'status' | 'type' | 'body' | 'set'>;

/** Answers with a page: status, body and every header that a hosted page has. */
export type RenderPage = (ctx: PageContext, frame: PageFrame, page: Page) => void;

/** Wraps the others; never rendered by itself. */
const LAYOUT = 'layout';

/**
 * Compiles every template of a directory, once, and renders pages from them.
 *
 * Everything that a template prints is escaped; a page has no script but those that it names, loads
 * nothing from elsewhere, is never stored, framed or embedded. Pages are not compressed: they hold a token
 * beside text that a stranger may choose (docs/decisions/0024-what-is-compressed.md).
 *
 * @param viewsDir - holds `layout.eta` and one `.eta` file for each page
 * @throws EtaParseError at once when a template is broken
 */
export async function createPageRenderer(
  viewsDir: string,
  assets: Pick<PageAssets, 'stylesheets' | 'script'>,
): Promise<RenderPage> {
  const eta = new Eta({ autoEscape: true, cache: true, rmWhitespace: true });
  const names = new Set<string>();
  for (const file of await readdir(viewsDir)) {
    if (!file.endsWith('.eta')) continue;
    const name = basename(file, '.eta');
    names.add(name);
    eta.loadTemplate(`@${name}`, await readFile(join(viewsDir, file), 'utf8'));
  }

  return (ctx, frame, page) => {
    if (!names.has(page.template)) throw new TypeError(`no template ${page.template}`);
    const body = eta.render(`@${page.template}`, page.data);
    const scripts = page.scripts ?? [];
    const html = eta.render(`@${LAYOUT}`, {
      frame,
      title: page.title,
      menu: page.menu,
      moveOnTo: page.moveOnTo,
      body,
      initial: firstLetter(frame.siteName),
      stylesheets: assets.stylesheets(frame),
      scripts: scripts.map((name) => assets.script(name, frame)),
    });
    ctx.status = page.status;
    ctx.type = 'text/html; charset=utf-8';
    ctx.set('Content-Language', frame.lang);
    const formTargets = page.formTargets ?? (frame.languages === undefined ? undefined : []);
    ctx.set('Content-Security-Policy', pagePolicy(formTargets, scripts.length > 0));
    // Not `no-referrer`: browsers would send `Origin: null` with our own forms.
    ctx.set('Referrer-Policy', page.secretAddress === true ? 'strict-origin' : 'same-origin');
    ctx.set('Cache-Control', 'no-store');
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.body = html;
  };
}
