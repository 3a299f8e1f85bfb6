import type { Messages } from '../catalogue.ts';

export const accountPassword: Messages['accountPassword'] = {
  changed: (date) => `Dernière modification le ${date}.`,
  none: 'Votre compte n’a pas de mot de passe. Vous pouvez en définir un, et vous connecter aussi avec lui.',
  password: 'Nouveau mot de passe',
  again: 'Nouveau mot de passe, une seconde fois',
  ends: 'Tous les autres navigateurs, appareils et applications seront déconnectés.',
  submit: 'Définir le nouveau mot de passe',
};
