import type { EditableClaim } from '../../accounts/edit-profile.ts';
import type { Page } from '../../http/render-page.ts';
import type { Messages } from '../../interactions/messages/messages.ts';
import { displayName } from '../../languages/display-text.ts';
import { LANGUAGES } from '../../languages/languages.ts';
import { type AccountShell, accountLayout } from './account-layout.ts';

/** Members of the claim `address` that are fields of the form. OpenID Connect Core 1.0, 5.1.1 */
export const ADDRESS_FIELDS = [
  'street_address',
  'postal_code',
  'locality',
  'region',
  'country',
] as const;

export type AddressField = (typeof ADDRESS_FIELDS)[number];
export type ProfileField = Exclude<EditableClaim, 'address'> | AddressField;
export type ProfileValues = Readonly<Partial<Record<ProfileField, string>>>;

export interface ProfileView {
  readonly action: string;
  readonly csrf: string;
  /** As stored, or as typed before. */
  readonly values: ProfileValues;
  /** Fields that cannot be saved as they are. */
  readonly problems: readonly ProfileField[];
}

/** Fields that share a line with another where there is room. */
const HALF: ReadonlySet<ProfileField> = new Set([
  'given_name',
  'family_name',
  'nickname',
  'birthdate',
  'locale',
  'zoneinfo',
  'postal_code',
  'locality',
  'region',
  'country',
]);

/** The attributes of each field; `autocomplete` as WCAG 2.2, 1.3.5, asks. */
const FIELDS: Readonly<Record<ProfileField, { autocomplete: string; type?: string }>> = {
  name: { autocomplete: 'name' },
  given_name: { autocomplete: 'given-name' },
  family_name: { autocomplete: 'family-name' },
  nickname: { autocomplete: 'nickname' },
  birthdate: { autocomplete: 'bday', type: 'date' },
  locale: { autocomplete: 'language', type: 'select' },
  zoneinfo: { autocomplete: 'off', type: 'select' },
  phone_number: { autocomplete: 'tel', type: 'tel' },
  website: { autocomplete: 'url', type: 'url' },
  picture: { autocomplete: 'photo', type: 'url' },
  street_address: { autocomplete: 'street-address', type: 'textarea' },
  postal_code: { autocomplete: 'postal-code' },
  locality: { autocomplete: 'address-level2' },
  region: { autocomplete: 'address-level1' },
  country: { autocomplete: 'country-name' },
};

const GROUPS = [
  ['name', ['name', 'given_name', 'family_name', 'nickname', 'birthdate']],
  ['preferences', ['locale', 'zoneinfo']],
  ['contact', ['phone_number', 'website', 'picture']],
  ['address', ADDRESS_FIELDS],
] as const satisfies readonly (readonly [
  keyof Messages['accountProfile']['groups'],
  readonly ProfileField[],
])[];

const IN_ORDER: readonly ProfileField[] = GROUPS.flatMap(([, fields]) => [...fields]);

/** Shows what a person says of themselves, to be changed. */
export function profilePage(messages: Messages, shell: AccountShell, view: ProfileView): Page {
  const { accountProfile } = messages;
  const first = IN_ORDER.find((field) => view.problems.includes(field));
  return accountLayout(messages, shell, {
    template: 'account-profile',
    section: 'profile',
    problem: view.problems.length > 0 ? accountProfile.problem : undefined,
    data: {
      lead: accountProfile.lead,
      save: accountProfile.save,
      action: view.action,
      csrf: view.csrf,
      groups: GROUPS.map(([group, fields]) => ({
        name: group,
        heading: accountProfile.groups[group],
        fields: fields.map((field) => ({
          ...fieldOf(messages, view, field),
          autofocus: field === first,
        })),
      })),
    },
  });
}

function fieldOf(messages: Messages, view: ProfileView, field: ProfileField) {
  const { accountProfile } = messages;
  const { label, hint, problem } = accountProfile.fields[field];
  const value = view.values[field] ?? '';
  const { autocomplete, type = 'text' } = FIELDS[field];
  return {
    id: field,
    half: HALF.has(field),
    label,
    hint,
    problem: view.problems.includes(field) ? problem : undefined,
    // A year alone, or a day without its year, is no value that a field for dates can hold.
    type: type === 'date' && !/^(?!0000)(\d{4}-\d\d-\d\d)?$/.test(value) ? 'text' : type,
    value,
    autocomplete,
    options: optionsOf(field, value),
    none: accountProfile.noChoice,
  };
}

/** A text between the tags of an option, and its value where that is another. */
interface Option {
  readonly text: string;
  readonly value?: string;
  readonly lang?: string;
  readonly selected: boolean;
}

function optionsOf(field: ProfileField, current: string): readonly Option[] {
  if (field === 'locale') return languageOptions(current);
  if (field === 'zoneinfo') return timeZoneOptions(current);
  return [];
}

/** Each language in its own words; another one that an operator has set stays as it is. */
function languageOptions(current: string): readonly Option[] {
  const ours = Object.values(LANGUAGES).map(({ tag, name }) => ({
    text: name,
    value: tag,
    lang: tag,
    selected: tag === current,
  }));
  if (current === '' || ours.some(({ selected }) => selected)) return ours;
  return [{ text: ownNameOf(current), value: current, selected: true }, ...ours];
}

function ownNameOf(tag: string): string {
  try {
    const name = new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    return displayName(tag);
  }
}

/** Some 420, so without anything but their names; spaces read better than underscores. */
function timeZoneOptions(current: string): readonly Option[] {
  const all = Intl.supportedValuesOf('timeZone');
  const zone = current.replaceAll(' ', '_');
  const others = zone === '' || all.includes(zone) ? [] : [zone];
  return [...others, ...all].map((name) => ({
    text: name.replaceAll('_', ' '),
    selected: name === zone,
  }));
}
