import { LANGUAGES, type LanguageTag } from './languages.ts';

/** Longer ones are nobody's: the longest tags in use have some 20 characters. */
const MAX_TAG_CHARACTERS = 64;

/**
 * The language that serves a person best.
 *
 * A tag finds a language that is the same *and written the same*: `zh`, `zh-CN` and `zh-SG` find
 * Simplified Chinese, `zh-TW` and `zh-HK` do not, and neither does the bare `zh` that browsers
 * there send behind it. Regions and variants make no difference.
 *
 * @param available - the languages there are
 * @param preferred - BCP 47 tags, best first, of any form; `_` counts as `-`
 * @returns undefined when none of them is there
 * @see OpenID Connect Core 1.0, section 5.1 (`locale`), section 3.1.2.1 (`ui_locales`)
 * @see RFC 4647, section 3.4; Unicode Technical Standard 35, Likely Subtags
 */
export function chooseLanguage(
  available: readonly LanguageTag[],
  preferred: readonly string[],
): LanguageTag | undefined {
  const scripts = new Map<string, string | undefined>();
  for (const tag of preferred) {
    const wanted = writtenForm(tag, scripts);
    if (wanted === undefined) continue;
    const found = available.find((candidate) => {
      const { language, script } = LANGUAGES[candidate];
      return language === wanted.language && script === wanted.script;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @param scripts - of the languages that came before; a bare tag is written like its first */
function writtenForm(
  tag: string,
  scripts: Map<string, string | undefined>,
): { language: string; script: string | undefined } | undefined {
  const locale = parsed(tag);
  if (locale === undefined) return undefined;
  const { language, script } = locale.maximize();
  const bare = locale.script === undefined && locale.region === undefined;
  const written = { language, script: bare ? (scripts.get(language) ?? script) : script };
  if (!scripts.has(language)) scripts.set(language, written.script);
  return written;
}

function parsed(tag: string): Intl.Locale | undefined {
  if (tag.length > MAX_TAG_CHARACTERS) return undefined;
  try {
    return new Intl.Locale(tag.replaceAll('_', '-'));
  } catch {
    return undefined;
  }
}
