import { isolate } from '../../../languages/display-text.ts';

export const consent = {
  title: (client: string) => `Allow ${isolate(client)}?`,
  asks: (client: string) => `${isolate(client)} asks for access to your account`,
  continueTitle: (client: string) => `Continue to ${isolate(client)}?`,
  continues: (client: string) => `${isolate(client)} wants to continue with your account`,
  able: 'If you allow it, it can:',
  alreadyAble: 'You have already allowed it to:',
  inApplication: (application: string) => `Act for you in ${isolate(application)}:`,
  thirdParty: (client: string, site: string) =>
    `${isolate(client)} is not part of ${isolate(site)}. Allow this only if you trust it.`,
  returnsToHost: (host: string) => `Next you go to ${host}`,
  returnsToDevice: 'Next you go back to an app on this device',
  about: (client: string) => `About ${isolate(client)}`,
  website: 'Website',
  privacy: 'Privacy policy',
  terms: 'Terms',
  allow: 'Allow',
  continue: 'Continue',
  deny: 'Don’t allow',
};

export const scopes = {
  openid: { title: 'Recognise you', detail: 'An identifier for your account here, nothing more' },
  profile: { title: 'See your profile', detail: 'Name, username, picture and the like' },
  email: { title: 'See your email address', detail: '' },
  phone: { title: 'See your phone number', detail: '' },
  address: { title: 'See your postal address', detail: '' },
  roles: { title: 'See your roles in it', detail: '' },
  offline_access: {
    title: 'Stay connected while you are away',
    detail: 'It keeps this access after you close it or sign out',
  },
};

export const claim = (claim: string) => `See your ${isolate(claim)}`;

export const unknownScope = (scope: string) => `Use “${isolate(scope)}”`;

/** Standard claims as people call them; anything else goes by its own name. */
export const claims = {
  name: 'name',
  given_name: 'first name',
  family_name: 'last name',
  middle_name: 'middle name',
  nickname: 'nickname',
  preferred_username: 'username',
  profile: 'profile page',
  picture: 'picture',
  website: 'website',
  email: 'email address',
  email_verified: 'email address’s confirmation',
  gender: 'gender',
  birthdate: 'date of birth',
  zoneinfo: 'time zone',
  locale: 'language',
  phone_number: 'phone number',
  phone_number_verified: 'phone number’s confirmation',
  address: 'postal address',
  updated_at: 'profile’s last change',
  roles: 'roles',
};
