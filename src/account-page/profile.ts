import type { EditableClaim, Profile } from '../accounts/edit-profile.ts';
import { EDITABLE_CLAIMS } from '../accounts/edit-profile.ts';
import { ACCOUNT_PATH } from '../applications/account-client.ts';
import type { FormBody } from '../http/form-body.ts';
import { rememberLanguage } from '../interactions/language-choice.ts';
import { PAGE_LANGUAGES } from '../interactions/messages/messages.ts';
import {
  ADDRESS_FIELDS,
  type AddressField,
  type ProfileField,
  type ProfileValues,
  profilePage,
} from './pages/profile-page.ts';
import { shellOf } from './shell.ts';
import {
  type AccountPageDeps,
  type AccountVisit,
  accountForm,
  originOf,
  seeDone,
  showAccountPage,
} from './visit.ts';

const PATH = `${ACCOUNT_PATH}/profile`;

/** Shows what a person says of themselves. */
export async function showProfile(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  showForm(deps, visit, storedValues(visit.account.claims), []);
}

/** Takes a profile, whole: an emptied field is removed. */
export async function submitProfile(deps: AccountPageDeps, visit: AccountVisit): Promise<void> {
  const { ctx, form, account } = visit;
  const result = await deps.editProfile(ctx.state.tenant, {
    ...originOf(visit),
    accountId: account.id,
    profile: profileIn(form, account.claims.address),
  });
  if (result.outcome === 'saved') {
    followLanguage(visit);
    return seeDone(deps, visit, PATH, 'profile_saved');
  }
  showForm(deps, visit, typedValues(form), result.claims.flatMap(fieldsOf(form)));
}

/** Whoever changes their language means these pages, too, whatever the menu was set to before. */
function followLanguage({ ctx, form, account }: AccountVisit): void {
  const tag = PAGE_LANGUAGES.find((language) => language === form.get('locale'));
  if (tag !== undefined && tag !== account.claims.locale) rememberLanguage(ctx, tag, PATH);
}

function showForm(
  deps: AccountPageDeps,
  visit: AccountVisit,
  values: ProfileValues,
  problems: readonly ProfileField[],
): void {
  const page = profilePage(visit.messages, shellOf(deps, visit), {
    ...accountForm(deps, visit, PATH),
    values,
    problems,
  });
  showAccountPage(deps, visit, page);
}

/** What is stored, as the form shows it. */
function storedValues(claims: Readonly<Record<string, unknown>>): ProfileValues {
  const values: Record<string, string> = {};
  for (const claim of EDITABLE_CLAIMS) {
    const value = claims[claim];
    if (typeof value === 'string') values[claim] = value;
  }
  const address = partsOf(claims.address);
  for (const field of ADDRESS_FIELDS) values[field] = address[field] ?? '';
  // An address that is one text is shown as one.
  if (Object.keys(address).join() === 'formatted') values.street_address = address.formatted ?? '';
  return values;
}

function typedValues(form: FormBody): ProfileValues {
  return Object.fromEntries(form);
}

/** A form's fields as claims. */
function profileIn(form: FormBody, storedAddress: unknown): Profile {
  const profile: Partial<Record<EditableClaim, unknown>> = {};
  for (const claim of EDITABLE_CLAIMS) {
    if (claim === 'address') continue;
    const text = typed(form, claim);
    // Time zones stand in the list as people write them.
    if (text !== '') profile[claim] = claim === 'zoneinfo' ? text.replaceAll(' ', '_') : text;
  }
  const address = addressIn(form, storedAddress);
  if (address !== undefined) profile.address = address;
  return profile;
}

function addressIn(form: FormBody, stored: unknown): Record<string, string> | undefined {
  const parts = ADDRESS_FIELDS.map((field) => [field, typed(form, field)] as const).filter(
    ([, text]) => text !== '',
  );
  const address = Object.fromEntries(parts);
  const before = partsOf(stored);
  const { formatted, ...others } = before;
  const kept = Object.keys(others).length === 0 ? { street_address: formatted } : others;
  // As long as its parts are the same, whatever was formatted from them is, too.
  if (sameParts(address, kept)) return stored === undefined ? undefined : before;
  return parts.length === 0 ? undefined : address;
}

function sameParts(
  one: Readonly<Record<string, string | undefined>>,
  other: Readonly<Record<string, string | undefined>>,
): boolean {
  return ADDRESS_FIELDS.every((field) => (one[field] ?? '') === (other[field] ?? '').trim());
}

function partsOf(address: unknown): Partial<Record<AddressField | 'formatted', string>> {
  return typeof address === 'object' && address !== null ? address : {};
}

/** The fields that an invalid claim was typed into. */
function fieldsOf(form: FormBody): (claim: EditableClaim) => readonly ProfileField[] {
  return (claim) => {
    if (claim !== 'address') return [claim];
    const lengths = ADDRESS_FIELDS.map((field) => [field, typed(form, field).length] as const);
    const longest = Math.max(...lengths.map(([, length]) => length));
    return lengths.filter(([, length]) => length === longest).map(([field]) => field);
  };
}

/** One line, or several, without what browsers and hands leave around them. */
function typed(form: FormBody, field: string): string {
  return (form.get(field) ?? '').replaceAll('\r\n', '\n').trim();
}
