import type { Messages } from '../catalogue.ts';

export const footer: Messages['footer'] = {
  privacy: 'Privacidad',
  terms: 'Condiciones',
  support: 'Ayuda',
  imprint: 'Aviso legal',
  label: 'Acerca de esta página',
};

export const errorTitle: Messages['errorTitle'] = (title) => `Error: ${title}`;

export const language: Messages['language'] = { label: 'Idioma' };
