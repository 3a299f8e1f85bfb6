import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const resetPassword: Messages['resetPassword'] = {
  title: 'Définir un nouveau mot de passe',
  heading: 'Définir un nouveau mot de passe',
  lead: (username) => `pour ${isolate(username)}`,
  password: 'Nouveau mot de passe',
  again: 'Nouveau mot de passe, une seconde fois',
  rules: (characters) =>
    `Au moins ${characters} caractères ; 15 ou plus, c’est mieux. Quelques mots suffisent.`,
  ends: 'Vous serez alors déconnecté partout.',
  submit: 'Définir le mot de passe',
  missing: 'Saisissez un nouveau mot de passe.',
  tooShort: (characters) => `Utilisez au moins ${characters} caractères.`,
  tooLong: 'C’est trop long. Utilisez un mot de passe plus court.',
  common:
    'Ce mot de passe, ou un mot de passe semblable, est utilisé par beaucoup de gens. Quelques mots sans rapport entre eux valent mieux.',
  pattern: 'C’est un motif facile à deviner. Quelques mots sans rapport entre eux valent mieux.',
  personal:
    'Ce n’est guère plus que vos propres données ou le nom de ce service. Utilisez autre chose.',
  different: 'Les deux mots de passe sont différents.',
  doneTitle: 'Mot de passe modifié',
  doneHeading: 'Votre mot de passe est modifié',
  doneText:
    'Vous avez été déconnecté partout. Retournez à l’application et connectez-vous avec le nouveau mot de passe.',
  invalidTitle: 'Ce lien ne fonctionne plus',
  invalidText: 'Il a été utilisé, a expiré ou est incomplet. Demandez-en un nouveau.',
};
