import type { Messages } from '../catalogue.ts';

export const account: Messages['account'] = {
  signedInAs: 'Conectado como',
  signingInAs: 'Entrando como',
  notYou: 'Não é você?',
};
