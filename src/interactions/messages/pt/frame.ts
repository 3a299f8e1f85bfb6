import type { Messages } from '../catalogue.ts';

export const footer: Messages['footer'] = {
  privacy: 'Privacidade',
  terms: 'Termos',
  support: 'Ajuda',
  imprint: 'Informações legais',
  label: 'Sobre esta página',
};

export const errorTitle: Messages['errorTitle'] = (title) => `Erro: ${title}`;

export const language: Messages['language'] = { label: 'Idioma' };
