import { normalizeAccent } from '../http/accent-colour.ts';

/** The hosted pages that are shown as they would look. */
export const PREVIEWED_PAGES = ['sign-in', 'consent', 'code'] as const;
export type PreviewedPage = (typeof PREVIEWED_PAGES)[number];

/** Pages that the foot of every page leads to, by their names in seed files. */
export const BRANDING_LINKS = ['privacyUrl', 'termsUrl', 'supportUrl', 'imprintUrl'] as const;
export type BrandingLink = (typeof BRANDING_LINKS)[number];

/** As seed files take them. */
const NAME_MAX_CHARACTERS = 200;
const WELCOME_MAX_CHARACTERS = 300;
const ADDRESS_MAX_CHARACTERS = 2048;
/** Hosts whose pages need no https. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** What one line of a seed file cannot hold as it is: controls and line separators. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
/** What the picker of a colour stands at while there is none: the pages' own. */
const STANDARD_ACCENT = '#2b50c8';
const FIRST_NAME = 'Acme';
/** The welcome text of every language that has none of its own, by its name in seed files. */
const EVERY_LANGUAGE = 'default';

/** A look that somebody tries out. */
export interface Branding {
  readonly name: string;
  /** `#rrggbb`; undefined: the standard colour. */
  readonly accentColor: string | undefined;
  /** By language (BCP 47), `default` for those not named. */
  readonly welcomeText: Readonly<Record<string, string>>;
  readonly links: Readonly<Partial<Record<BrandingLink, string>>>;
  /** Whether the sample stands in the place of the name's initial. */
  readonly logo: boolean;
  /** BCP 47. */
  readonly language: string;
}

/** A look as its form was sent. */
export interface BrandingForm {
  /** As typed, by the name of the field. */
  readonly fields: Readonly<Record<string, string>>;
  /** What the picker stands at. */
  readonly picked: string;
  /** By the name of the field, in the order of the form. */
  readonly problems: Readonly<Record<string, string>>;
  /** Without what has a problem. */
  readonly branding: Branding;
}

/** The field of a welcome text. */
export function welcomeField(language = EVERY_LANGUAGE): string {
  return language === EVERY_LANGUAGE ? 'welcome' : `welcome-${language}`;
}

/**
 * Reads a look from the query that the form makes; what it does not say is as it is at first.
 *
 * @param languages - BCP 47, the first is preselected
 */
export function readBranding(
  query: URLSearchParams,
  languages: readonly [string, ...string[]],
): BrandingForm {
  const value = (field: string) => query.get(field)?.trim() ?? '';
  const texts = [EVERY_LANGUAGE, ...languages];
  const fields: Record<string, string> = {
    name: query.has('name') ? value('name') : FIRST_NAME,
    accent: chosenColour(value('was'), value('picker'), value('accent')),
  };
  for (const field of [...texts.map(welcomeField), ...BRANDING_LINKS]) fields[field] = value(field);

  const problems: Record<string, string> = {};
  for (const [field, text] of Object.entries(fields)) {
    const problem = problemOf(field, text);
    if (problem !== undefined) problems[field] = problem;
  }
  const sound = (field: string) =>
    problems[field] === undefined && fields[field] !== '' ? fields[field] : undefined;
  const colour = normalizeAccent(fields.accent);
  const accentColor = colour === undefined ? undefined : `#${colour}`;
  return {
    fields,
    picked: accentColor ?? STANDARD_ACCENT,
    problems,
    branding: {
      name: sound('name') ?? FIRST_NAME,
      accentColor,
      welcomeText: present(texts.map((language) => [language, sound(welcomeField(language))])),
      links: present(BRANDING_LINKS.map((link) => [link, sound(link)])),
      logo: query.get('logo') === 'sample',
      language: languages.find((tag) => tag === query.get('language')) ?? languages[0],
    },
  };
}

/** The query that `readBranding` reads a look from. */
export function brandingQuery(branding: Branding): string {
  const { name, accentColor, welcomeText, links, logo, language } = branding;
  return new URLSearchParams({
    name,
    ...(accentColor === undefined ? {} : { accent: accentColor }),
    ...Object.fromEntries(
      Object.entries(welcomeText).map(([tag, text]) => [welcomeField(tag), text]),
    ),
    ...links,
    ...(logo ? { logo: 'sample' } : {}),
    language,
  }).toString();
}

/**
 * A seed file that gives a tenant a look; complete as it is.
 *
 * @param tenant.slug - of the tenant that it makes
 * @param tenant.logoFile - path of the sample
 */
export function brandingSeed(
  { name, accentColor, welcomeText, links, logo }: Branding,
  tenant: { readonly slug: string; readonly logoFile: string },
): string {
  const lines = [
    ...(accentColor === undefined ? [] : [`accentColor: ${quoted(accentColor)}`]),
    ...welcomeLines(welcomeText),
    ...Object.entries(links).map(([link, address]) => `${link}: ${quoted(address)}`),
    ...(logo ? [`logo: { file: ${tenant.logoFile} }`] : []),
  ];
  const settings = ['    settings:', '      branding:', ...lines.map((line) => `        ${line}`)];
  return [
    'version: 1',
    'tenants:',
    `  - slug: ${tenant.slug}`,
    `    name: ${quoted(name)}`,
    ...(lines.length === 0 ? [] : settings),
    '',
  ].join('\n');
}

/** One text for every language is a text; more are a mapping. */
function welcomeLines(welcomeText: Branding['welcomeText']): string[] {
  const { [EVERY_LANGUAGE]: all, ...others } = welcomeText;
  if (Object.keys(others).length === 0) {
    return all === undefined ? [] : [`welcomeText: ${quoted(all)}`];
  }
  const lines = Object.entries(welcomeText).map(([tag, text]) => `  ${tag}: ${quoted(text)}`);
  return ['welcomeText:', ...lines];
}

/**
 * A colour is picked or typed. The form says where its picker stood: one that moved counts, unless
 * a colour was typed as well.
 */
function chosenColour(was: string, picker: string, typed: string): string {
  const moved = picker !== was && (typed === '' || typed === was);
  return moved ? picker : typed;
}

function problemOf(field: string, text: string): string | undefined {
  if (field === 'name') {
    return fits(text, NAME_MAX_CHARACTERS)
      ? undefined
      : `Enter 1 to ${NAME_MAX_CHARACTERS} characters on one line.`;
  }
  if (text === '') return undefined;
  if (field === 'accent') {
    return normalizeAccent(text) === undefined
      ? 'Enter a colour such as #0b5c6b: six digits, 0 to 9 and a to f.'
      : undefined;
  }
  if (BRANDING_LINKS.some((link) => link === field)) {
    return isWebPage(text)
      ? undefined
      : 'Enter an address that begins with https://, without spaces or a password.';
  }
  return fits(text, WELCOME_MAX_CHARACTERS)
    ? undefined
    : `Enter at most ${WELCOME_MAX_CHARACTERS} characters on one line.`;
}

function fits(text: string, maxCharacters: number): boolean {
  return text !== '' && text.length <= maxCharacters && !CONTROL.test(text);
}

function isWebPage(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || text.length > ADDRESS_MAX_CHARACTERS || /\s/.test(text)) return false;
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname));
}

function present(
  values: readonly (readonly [string, string | undefined])[],
): Record<string, string> {
  return Object.fromEntries(
    values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/**
 * A text as YAML has it between double quotes; marks that would not show, or would reorder the
 * file, are written out. YAML 1.2.2, section 5.7
 */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\p{Cf}\u007f-\u009f]/gu, (mark) => {
    const code = (mark.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}
