import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const upstream: Messages['upstream'] = {
  label: 'Se connecter avec un autre fournisseur',
  continueWith: (provider) => `Continuer avec ${isolate(provider)}`,
  problems: {
    refused: (provider) =>
      `Vous ne vous êtes pas connecté avec ${isolate(provider)}. Réessayez, ou utilisez un autre moyen.`,
    expired: (provider) =>
      `La connexion avec ${isolate(provider)} a pris trop de temps, ou était déjà terminée. Réessayez.`,
    not_recent: (provider) =>
      `${isolate(provider)} n’a pas confirmé que c’était vous à l’instant. Confirmez-le par un autre moyen.`,
    unreachable: (provider) =>
      `${isolate(provider)} est injoignable pour le moment. Réessayez dans un moment, ou utilisez un autre moyen.`,
    invalid_response: (provider) =>
      `La connexion avec ${isolate(provider)} n’a pas fonctionné. Réessayez, ou utilisez un autre moyen.`,
    misconfigured: (provider) =>
      `La connexion avec ${isolate(provider)} ne fonctionne pas pour le moment. Utilisez un autre moyen.`,
    not_registered: (provider) =>
      `Il n’y a pas de compte ici pour la personne que vous êtes chez ${isolate(provider)}. Si vous en avez un, connectez-vous-y par un autre moyen.`,
  },
  unlinked: (provider) =>
    `Vous vous êtes connecté avec ${isolate(provider)}, mais aucun compte ici n’y est encore associé.`,
  unlinkedAs: (provider, who) =>
    `Vous vous êtes connecté avec ${isolate(provider)} en tant que ${isolate(who)}, mais aucun compte ici n’y est encore associé.`,
  signInToLink: 'Connectez-vous une fois à votre compte pour l’associer.',
  leaving: (provider) => `Continuer vers ${isolate(provider)}`,
  returning: 'Connexion en cours',
  moment: 'Cela prend un instant.',
  moveOn: 'Continuer',
  linkTitle: (provider) => `Associer ${isolate(provider)}`,
  linkHeading: (provider) => `Associer ${isolate(provider)} ?`,
  linkText: (provider) =>
    `Vous pourrez désormais vous connecter à ce compte avec ${isolate(provider)}.`,
  linkTextAs: (provider, who) =>
    `Désormais, quiconque se connecte avec ${isolate(provider)} en tant que ${isolate(who)} pourra se connecter à ce compte.`,
  linkWarning: 'N’associez ce compte que si c’est bien vous.',
  link: 'Associer',
  notNow: 'Plus tard',
};
