/** The profile on a person's account page. */
export const accountProfile = {
  lead: 'Applications that you allow to see your profile see what you put here. Everything is optional.',
  save: 'Save',
  problem: 'Nothing is saved yet. Check the marked fields.',
  groups: {
    name: 'Name',
    preferences: 'Language and time',
    contact: 'Contact',
    address: 'Postal address',
  },
  fields: {
    name: {
      label: 'Full name',
      hint: 'As it should be shown',
      problem: 'Use at most 255 characters.',
    },
    given_name: { label: 'First name', hint: '', problem: 'Use at most 255 characters.' },
    family_name: { label: 'Last name', hint: '', problem: 'Use at most 255 characters.' },
    nickname: { label: 'Nickname', hint: '', problem: 'Use at most 255 characters.' },
    birthdate: {
      label: 'Date of birth',
      hint: '',
      problem: 'Enter a day such as 1980-02-29.',
    },
    locale: {
      label: 'Language',
      hint: 'Of these pages, and of our emails',
      problem: 'Choose a language from the list.',
    },
    zoneinfo: { label: 'Time zone', hint: '', problem: 'Choose a time zone from the list.' },
    phone_number: {
      label: 'Phone number',
      hint: 'With the country code, such as +44 20 7946 0018',
      problem: 'Enter a phone number such as +44 20 7946 0018.',
    },
    website: {
      label: 'Website',
      hint: '',
      problem: 'Enter an address that begins with https:// or http://.',
    },
    picture: {
      label: 'Picture',
      hint: 'The address of an image on the web',
      problem: 'Enter an address that begins with https:// or http://.',
    },
    street_address: { label: 'Street and number', hint: '', problem: 'Use fewer characters.' },
    postal_code: { label: 'Postal code', hint: '', problem: 'Use fewer characters.' },
    locality: { label: 'City', hint: '', problem: 'Use fewer characters.' },
    region: { label: 'State or region', hint: '', problem: 'Use fewer characters.' },
    country: { label: 'Country', hint: '', problem: 'Use fewer characters.' },
  },
  /** For a list in which nothing is chosen. */
  noChoice: 'Not set',
};
