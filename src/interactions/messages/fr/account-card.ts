import type { Messages } from '../catalogue.ts';

export const account: Messages['account'] = {
  signedInAs: 'Connecté en tant que',
  signingInAs: 'Connexion en tant que',
  notYou: 'Ce n’est pas vous ?',
};
