import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountSessions: Messages['accountSessions'] = {
  lead: 'Déconnectez-vous partout où vous ne vous reconnaissez pas, puis définissez un nouveau mot de passe.',
  here: 'Ce navigateur',
  browserOn: (browser, system) => `${browser} sous ${system}`,
  unknownBrowser: 'Navigateur inconnu',
  seen: (when, address) => `Dernière utilisation : ${when}, depuis ${isolate(address)}`,
  seenSomewhere: (when) => `Dernière utilisation : ${when}`,
  signedIn: (date) => `Connexion : ${date}`,
  used: (applications) => `Utilisé pour ${isolate(applications)}`,
  end: 'Se déconnecter',
  endNamed: (browser) => `Se déconnecter de ${isolate(browser)}`,
  endOthers: 'Se déconnecter partout ailleurs',
  alone: 'Vous n’êtes connecté nulle part ailleurs.',
};
