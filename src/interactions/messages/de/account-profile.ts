import type { Messages } from '../catalogue.ts';

export const accountProfile: Messages['accountProfile'] = {
  lead: 'Anwendungen, denen Sie Ihr Profil zeigen, sehen, was Sie hier eintragen. Alles ist freiwillig.',
  save: 'Speichern',
  problem: 'Noch ist nichts gespeichert. Prüfen Sie die markierten Felder.',
  groups: {
    name: 'Name',
    preferences: 'Sprache und Zeit',
    contact: 'Kontakt',
    address: 'Postanschrift',
  },
  fields: {
    name: {
      label: 'Vollständiger Name',
      hint: 'Wie er angezeigt werden soll',
      problem: 'Verwenden Sie höchstens 255 Zeichen.',
    },
    given_name: { label: 'Vorname', hint: '', problem: 'Verwenden Sie höchstens 255 Zeichen.' },
    family_name: { label: 'Nachname', hint: '', problem: 'Verwenden Sie höchstens 255 Zeichen.' },
    nickname: { label: 'Spitzname', hint: '', problem: 'Verwenden Sie höchstens 255 Zeichen.' },
    birthdate: {
      label: 'Geburtsdatum',
      hint: '',
      problem: 'Geben Sie einen Tag wie 1980-02-29 ein.',
    },
    locale: {
      label: 'Sprache',
      hint: 'Dieser Seiten und unserer E-Mails',
      problem: 'Wählen Sie eine Sprache aus der Liste.',
    },
    zoneinfo: { label: 'Zeitzone', hint: '', problem: 'Wählen Sie eine Zeitzone aus der Liste.' },
    phone_number: {
      label: 'Telefonnummer',
      hint: 'Mit Ländervorwahl, etwa +49 30 901820',
      problem: 'Geben Sie eine Telefonnummer wie +49 30 901820 ein.',
    },
    website: {
      label: 'Website',
      hint: '',
      problem: 'Geben Sie eine Adresse ein, die mit https:// oder http:// beginnt.',
    },
    picture: {
      label: 'Bild',
      hint: 'Die Adresse eines Bildes im Web',
      problem: 'Geben Sie eine Adresse ein, die mit https:// oder http:// beginnt.',
    },
    street_address: {
      label: 'Straße und Hausnummer',
      hint: '',
      problem: 'Verwenden Sie weniger Zeichen.',
    },
    postal_code: { label: 'Postleitzahl', hint: '', problem: 'Verwenden Sie weniger Zeichen.' },
    locality: { label: 'Ort', hint: '', problem: 'Verwenden Sie weniger Zeichen.' },
    region: {
      label: 'Bundesland oder Region',
      hint: '',
      problem: 'Verwenden Sie weniger Zeichen.',
    },
    country: { label: 'Land', hint: '', problem: 'Verwenden Sie weniger Zeichen.' },
  },
  noChoice: 'Nicht angegeben',
};
