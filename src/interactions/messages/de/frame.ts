import type { Messages } from '../catalogue.ts';

export const footer: Messages['footer'] = {
  privacy: 'Datenschutz',
  terms: 'Nutzungsbedingungen',
  support: 'Hilfe',
  imprint: 'Impressum',
  label: 'Über diese Seite',
};

export const errorTitle: Messages['errorTitle'] = (title) => `Fehler: ${title}`;

export const language: Messages['language'] = { label: 'Sprache' };
