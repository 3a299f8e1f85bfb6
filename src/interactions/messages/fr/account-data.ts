import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountData: Messages['accountData'] = {
  downloadTitle: 'Une copie de vos données',
  downloadText:
    'Un fichier avec tout ce qui est conservé de votre compte : profil, moyens de connexion, sessions, applications, activité. Il ne contient aucun mot de passe.',
  download: 'Télécharger mes données',
  deleteTitle: 'La fin de votre compte',
  deleteText: 'Tout ce qui en est conservé disparaît définitivement.',
  toDelete: 'Supprimer mon compte',
};

export const deleteAccount: Messages['deleteAccount'] = {
  title: 'Supprimer votre compte',
  lead: (site) =>
    `Votre compte chez ${isolate(site)} disparaîtra définitivement. Personne ne pourra le rétablir.`,
  profile: 'Votre profil et vos moyens de connexion sont supprimés.',
  access: 'Vous êtes déconnecté partout, et plus aucune application n’a accès.',
  elsewhere:
    'Ce que les applications ont conservé de vous reste chez elles. Demandez-leur de le supprimer.',
  copyFirst: 'Voulez-vous une copie ? Téléchargez d’abord vos données.',
  sure: 'Je sais que c’est irréversible',
  missing: 'Confirmez que vous savez que c’est irréversible.',
  submit: 'Supprimer mon compte',
  keep: 'Garder mon compte',
  doneTitle: 'Votre compte est supprimé',
  doneText: 'Tout ce qui en était conservé a disparu. Au revoir.',
};
