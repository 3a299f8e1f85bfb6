import type { Messages } from '../catalogue.ts';

export const passkeys: Messages['passkeys'] = {
  signIn: 'Se connecter avec une clé d’accès',
  confirm: 'Utiliser plutôt une clé d’accès',
  secondFactor: 'Utiliser une clé d’accès',
  add: 'Ajouter une clé d’accès',
  name: 'Nom (facultatif)',
  nameHint: 'Pour la reconnaître, par exemple « Portable du travail ».',
  unnamed: 'Clé d’accès',
  waiting: 'Suivez les étapes que votre navigateur affiche.',
  signInCancelled:
    'Aucune clé d’accès n’a été utilisée. Réessayez, ou continuez par un autre moyen.',
  signInFailed:
    'Votre navigateur n’a pas pu utiliser de clé d’accès ici. Continuez par un autre moyen.',
  addCancelled: 'Aucune clé d’accès n’a été ajoutée. Vous pouvez réessayer.',
  addFailed: 'Votre navigateur n’a pas pu ajouter de clé d’accès ici.',
  alreadyHere:
    'Cet appareil ou ce gestionnaire de mots de passe a déjà une clé d’accès pour ce compte.',
  rejected:
    'Cette clé d’accès ne fonctionne pas ici. Essayez-en une autre, ou continuez par un autre moyen.',
  outdated: 'Cela a pris trop de temps. Réessayez.',
  full: 'Vous avez autant de clés d’accès qu’un compte peut en avoir. Supprimez-en d’abord une.',
  unavailable: 'Les clés d’accès ne fonctionnent pas dans ce navigateur.',
};
