/** What a browser says of itself, as people know it; undefined where it is none that we know. */
export interface BrowserDescription {
  /** A proper name, the same in every language, such as `Firefox`. */
  readonly browser: string | undefined;
  /** Such as `Windows`. */
  readonly system: string | undefined;
}

/** The first that matches: most browsers also claim to be those further down. */
const BROWSERS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPT|OPiOS|Opera)\b/, 'Opera'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\b(?:DuckDuckGo|Ddg)\//, 'DuckDuckGo'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ (?:Mobile\/\w+ )?Safari\//, 'Safari'],
];

const SYSTEMS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bWindows\b/, 'Windows'],
  [/\biPhone\b|\biPod\b/, 'iOS'],
  [/\biPad\b/, 'iPadOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
];

/**
 * Names the browser and the system of a `User-Agent`, for a person who looks for their own. It
 * proves nothing: a browser may say what it likes.
 *
 * @see RFC 9110, section 10.1.5
 */
export function describeUserAgent(userAgent: string | undefined): BrowserDescription {
  const named = (table: typeof BROWSERS) =>
    table.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  return { browser: named(BROWSERS), system: named(SYSTEMS) };
}

/**
 * Both in one text, such as `Firefox · Linux`; undefined when neither is known.
 *
 * @param userAgent - the header as it came
 */
export function browserName(userAgent: string | undefined): string | undefined {
  const { browser, system } = describeUserAgent(userAgent);
  return [browser, system].filter((part) => part !== undefined).join(' · ') || undefined;
}
