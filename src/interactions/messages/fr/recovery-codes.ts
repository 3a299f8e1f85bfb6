import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const recoveryCodes: Messages['recoveryCodes'] = {
  title: 'Conserver vos codes de récupération',
  heading: 'Conservez vos codes de récupération',
  lead: 'Si vous perdez votre téléphone ou votre clé d’accès, l’un de ces codes vous permet d’entrer. Chacun fonctionne une seule fois.',
  once: 'Vous ne les voyez que maintenant. Imprimez-les, ou gardez-les dans un gestionnaire de mots de passe.',
  download: 'Enregistrer dans un fichier',
  fileName: 'codes-de-recuperation.txt',
  fileHeading: (username, site) =>
    `Codes de récupération de ${username} pour ${site}. Chacun fonctionne une seule fois.`,
  printed: (username, site) => `${isolate(username)}, ${isolate(site)}`,
  submit: 'Je les ai conservés',
};
