import { LANGUAGES, type LanguageTag } from './languages.ts';

/** How a language writes what is not a sentence. */
export interface Formats {
  number(value: number): string;
  /** Things one after another, with its own "and". */
  list(items: readonly string[]): string;
  /**
   * A day, such as "3 May 2027".
   *
   * @param timeZone - IANA name, as of the claim `zoneinfo`; undefined: UTC
   */
  date(at: Date, timeZone?: string): string;
  /** A day and the time of it, with the zone's name, because a server knows no other clock. */
  dateTime(at: Date, timeZone?: string): string;
  /** A length of time, rounded up, in its greatest unit: seconds, minutes, hours or days. */
  duration(seconds: number): string;
  /** How long ago something was, or how soon it will be, in its greatest unit. */
  relative(at: Date, now: Date): string;
  /** The form that a number asks for; `other` where the language has no form of its own. */
  plural(count: number, forms: PluralForms): string;
}

/** A sentence or a word in the forms of `Intl.PluralRules`. */
export type PluralForms = { readonly other: string } & Readonly<
  Partial<Record<Intl.LDMLPluralRule, string>>
>;

type Unit = 'second' | 'minute' | 'hour' | 'day';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Two days: until then hours say more. */
const IN_DAYS_FROM = 2 * DAY;

/** The formats of a language; what `Intl` needs for them is made when it is first used. */
export function createFormats(tag: LanguageTag): Formats {
  const { locale } = LANGUAGES[tag];
  const numbers = lazy(() => new Intl.NumberFormat(locale));
  const lists = lazy(() => new Intl.ListFormat(locale));
  const rules = lazy(() => new Intl.PluralRules(locale));
  const relatives = lazy(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));

  return {
    number: (value) => numbers().format(value),
    list: (items) => lists().format(items),
    date: (at, timeZone = 'UTC') =>
      new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(at),
    dateTime: (at, timeZone = 'UTC') =>
      new Intl.DateTimeFormat(locale, {
        year: 'numeric',
        month: 'long',
        day: 'numeric',
        hour: 'numeric',
        minute: '2-digit',
        timeZoneName: 'short',
        timeZone,
      }).format(at),
    duration(seconds) {
      const { value, unit } = inUnit(seconds, Math.ceil);
      const options = { style: 'unit', unit, unitDisplay: 'long' } as const;
      return new Intl.NumberFormat(locale, options).format(value);
    },
    relative(at, now) {
      const { value, unit } = inUnit((at.getTime() - now.getTime()) / 1000, Math.trunc);
      return relatives().format(value, unit);
    },
    plural: (count, forms) => forms[rules().select(count)] ?? forms.other,
  };
}

/** A whole number of the greatest unit that still says enough: 60 seconds, but 2 minutes. */
function inUnit(seconds: number, round: (value: number) => number): { value: number; unit: Unit } {
  const length = Math.abs(seconds);
  if (length <= MINUTE) return { value: round(seconds), unit: 'second' };
  const minutes = round(seconds / MINUTE);
  if (Math.abs(minutes) < 60) return { value: minutes, unit: 'minute' };
  if (length <= IN_DAYS_FROM) return { value: round(seconds / HOUR), unit: 'hour' };
  return { value: round(seconds / DAY), unit: 'day' };
}

function lazy<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= make();
    return value;
  };
}
