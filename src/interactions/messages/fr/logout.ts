import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const logout: Messages['logout'] = {
  title: 'Se déconnecter',
  heading: (site) => `Se déconnecter de ${isolate(site)} ?`,
  text: 'La prochaine application que vous ouvrirez vous demandera de vous reconnecter.',
  askedBy: (client) => `${isolate(client)} a demandé à vous déconnecter.`,
  confirm: 'Se déconnecter',
  stay: 'Rester connecté',
  doneTitle: 'Déconnecté',
  doneHeading: 'Vous êtes déconnecté',
  doneText: 'Sur un ordinateur partagé, fermez aussi toutes les fenêtres du navigateur.',
  clientDoneHeading: (client) => `Vous êtes déconnecté de ${isolate(client)}`,
  clientDoneText: (site) => `Vous êtes toujours connecté à ${isolate(site)}.`,
};
