import type { Messages } from '../catalogue.ts';

export const account: Messages['account'] = {
  signedInAs: 'Sesión iniciada como',
  signingInAs: 'Inicio de sesión como',
  notYou: '¿No eres tú?',
};
