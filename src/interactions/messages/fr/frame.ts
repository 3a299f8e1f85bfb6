import type { Messages } from '../catalogue.ts';

export const footer: Messages['footer'] = {
  privacy: 'Confidentialité',
  terms: 'Conditions',
  support: 'Aide',
  imprint: 'Mentions légales',
  label: 'À propos de cette page',
};

export const errorTitle: Messages['errorTitle'] = (title) => `Erreur : ${title}`;

export const language: Messages['language'] = { label: 'Langue' };
