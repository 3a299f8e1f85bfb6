import type { ParameterizedContext } from 'koa';
import { GatehouseError } from '../errors.ts';
import type { LanguageMenu } from '../http/render-page.ts';
import { acceptedLanguages } from '../languages/accept-language.ts';
import { LANGUAGES, type LanguageTag } from '../languages/languages.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type Messages, messagesFor, PAGE_LANGUAGES } from './messages/messages.ts';
import { readTenantCookie, setTenantCookie } from './tenant-cookie.ts';
import type { InteractionDeps, Visit } from './visit.ts';

/** Below the tenant's issuer. */
export const LANGUAGE_PATH = '/language';

const COOKIE = 'language';
/** A choice is a matter of taste: it may outlive every session. */
const COOKIE_SECONDS = 365 * 24 * 60 * 60;
/** Longest address that the menu carries; a page with a longer one has no menu. */
const MAX_ADDRESS_CHARACTERS = 4096;
/** Nobody states more preferences than that; each costs a look-up. */
const MAX_ASKED = 20;
/** Where a choice wins over everything: in one interaction, or on the account's pages. */
const PLACE = /^\/(?:interaction\/([\w-]{1,64})|(account)(?:\/|$))/;

/** What has to do with the language of a request, best first. */
export interface LanguageWishes {
  /** The request's parameter as sent, of any type. */
  readonly uiLocales?: unknown;
  /** The claim `locale` of the person whose page it is, when that is known. */
  readonly accountLocale?: unknown;
}

/** The state that a page may be drawn in: an error may come before the tenant is known. */
interface PageState {
  readonly tenant?: Tenant;
  readonly issuer?: string;
  readonly issuerPath?: string;
  readonly tenantPath?: string;
  readonly pageAddress?: string;
}

type PageRequest = Pick<ParameterizedContext, 'get'> & {
  readonly state: object;
  readonly method?: string;
  readonly search?: string;
};

/** The catalogue of a request's language. */
export async function requestMessages(
  ctx: PageRequest,
  wishes: LanguageWishes = {},
): Promise<Messages> {
  return messagesFor(preferredLanguages(ctx, wishes));
}

/**
 * The languages that a request asks for, best first: what the application asked for, then the
 * person's own choice (their account's, else this browser's), then what the browser accepts.
 *
 * The choice in the menu wins where it was made, over the application and the account too:
 * somebody has just said that they do not read what is shown.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (`ui_locales`), section 5.1 (`locale`)
 */
export function preferredLanguages(ctx: PageRequest, wishes: LanguageWishes = {}): string[] {
  const chosen = chosenLanguage(ctx);
  return [
    ...(chosen?.here === true ? [chosen.tag] : []),
    ...tags(wishes.uiLocales),
    ...tags(wishes.accountLocale),
    ...(chosen === undefined ? [] : [chosen.tag]),
    ...acceptedLanguages(ctx.get('Accept-Language')),
  ];
}

/**
 * The menu of languages at the foot of a page. It leads back to the page's own address, so a page
 * that has none (the answer to a form that nothing else shows), or no tenant, has no menu.
 */
export function languageMenu(ctx: PageRequest, messages: Messages): LanguageMenu | undefined {
  const { issuerPath, tenantPath, pageAddress } = ctx.state as PageState;
  if (PAGE_LANGUAGES.length < 2 || issuerPath === undefined || tenantPath === undefined) {
    return undefined;
  }
  const opened = ctx.method === 'GET' || ctx.method === 'HEAD';
  const address = pageAddress ?? (opened ? tenantPath + (ctx.search ?? '') : undefined);
  if (address === undefined || address.length > MAX_ADDRESS_CHARACTERS) return undefined;
  return {
    action: issuerPath + LANGUAGE_PATH,
    returnTo: issuerPath + address,
    label: messages.language.label,
    current: LANGUAGES[messages.lang].name,
    choices: PAGE_LANGUAGES.map((tag) => ({
      tag,
      name: LANGUAGES[tag].name,
      dir: LANGUAGES[tag].dir,
      current: tag === messages.lang,
    })),
  };
}

/**
 * Takes a choice from the menu: keeps it in this browser and opens the page again.
 *
 * @throws GatehouseError 400 `language_unknown`, `return_address_refused`; nothing was kept
 */
export async function submitLanguage(_deps: InteractionDeps, visit: Visit): Promise<void> {
  const { ctx, form } = visit;
  const tag = PAGE_LANGUAGES.find((one) => one === form.get('language'));
  if (tag === undefined) {
    throw new GatehouseError('language_unknown', 'no page is in that language', { status: 400 });
  }
  const { address, path } = ownAddress(ctx, form.get('return_to') ?? '');
  rememberLanguage(ctx, tag, path);
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(address);
}

/**
 * Keeps a choice of language in this browser.
 *
 * @param path - inside the tenant: the page that it was made on, and holds on before all else
 */
export function rememberLanguage(
  ctx: Pick<Visit['ctx'], 'append' | 'state'>,
  tag: LanguageTag,
  path: string,
): void {
  const place = placeOf(path);
  const value = place === undefined ? tag : `${tag}.${place}`;
  setTenantCookie(ctx, { name: COOKIE, value, seconds: COOKIE_SECONDS });
}

/** The choice that this browser keeps for the tenant, and whether it was made on this page. */
function chosenLanguage(ctx: PageRequest): { tag: string; here: boolean } | undefined {
  const { tenant, tenantPath } = ctx.state as PageState;
  if (tenant === undefined) return undefined;
  const cookie = readTenantCookie(ctx, tenant, COOKIE);
  if (cookie === undefined) return undefined;
  const [tag = '', place] = cookie.split('.');
  return { tag, here: place !== undefined && place === placeOf(tenantPath ?? '') };
}

function placeOf(path: string): string | undefined {
  const [, uid, account] = PLACE.exec(path) ?? [];
  return uid ?? account;
}

/**
 * An address of this issuer and of nobody else, made absolute so that no browser can read another
 * host into its path.
 */
function ownAddress(
  ctx: Pick<Visit['ctx'], 'state'>,
  returnTo: string,
): { address: string; path: string } {
  const { issuer, issuerPath } = ctx.state;
  const { origin } = new URL(issuer);
  const url = returnTo.startsWith('/') ? URL.parse(returnTo, origin) : null;
  const path = url?.pathname.slice(issuerPath.length) ?? '';
  const own =
    url?.origin === origin &&
    url.pathname.startsWith(`${issuerPath}/`) &&
    !path.startsWith('//') &&
    !(issuerPath === '' && path.startsWith('/t/'));
  if (!own) {
    throw new GatehouseError('return_address_refused', 'the page to go back to is not ours', {
      status: 400,
    });
  }
  // A protocol's address would ask for the other language again.
  if (url.searchParams.has('ui_locales')) url.searchParams.delete('ui_locales');
  return { address: url.href, path };
}

function tags(asked: unknown): string[] {
  return typeof asked === 'string' ? asked.split(' ', MAX_ASKED) : [];
}
