import type { Messages } from '../catalogue.ts';

export const account: Messages['account'] = {
  signedInAs: 'Angemeldet als',
  signingInAs: 'Anmeldung als',
  notYou: 'Nicht Sie?',
};
