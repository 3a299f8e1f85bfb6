import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const signIn: Messages['signIn'] = {
  title: 'Se connecter',
  heading: 'Se connecter',
  lead: (client) => `pour continuer vers ${isolate(client)}`,
  confirmTitle: 'Confirmez votre identité',
  confirmHeading: 'Confirmez votre identité',
  confirmLead: (client) =>
    `Saisissez à nouveau votre mot de passe pour continuer vers ${isolate(client)}`,
  otherAccount: (client) =>
    `${isolate(client)} demande un autre compte que celui avec lequel vous êtes connecté.`,
  identifier: 'Nom d’utilisateur ou e-mail',
  password: 'Mot de passe',
  remember: 'Rester connecté sur cet appareil',
  submit: 'Se connecter',
  confirmSubmit: 'Continuer',
  cancel: 'Annuler',
  missingIdentifier: 'Saisissez votre nom d’utilisateur ou votre adresse e-mail.',
  missingPassword: 'Saisissez votre mot de passe.',
  rejected:
    'Ce nom d’utilisateur ou cet e-mail et ce mot de passe ne correspondent pas. Vérifiez-les et réessayez.',
  locked: (wait) => `Trop de tentatives de connexion. Patientez ${wait}, puis réessayez.`,
};
