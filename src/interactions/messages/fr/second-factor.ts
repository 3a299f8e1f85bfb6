import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const secondFactor: Messages['secondFactor'] = {
  totp: {
    title: 'Saisir un code',
    heading: 'Saisissez le code de votre application',
    lead: (site) =>
      `Ouvrez votre application d’authentification et saisissez les six chiffres qu’elle affiche pour ${isolate(site)}.`,
    label: 'Code à six chiffres',
    missing: 'Saisissez les six chiffres que votre application affiche.',
    rejected:
      'Ce code n’est pas le bon. Saisissez celui que votre application affiche maintenant ; si l’échec persiste, réglez l’heure de votre appareil sur automatique.',
  },
  recovery_code: {
    title: 'Saisir un code de récupération',
    heading: 'Saisissez un code de récupération',
    lead: 'Saisissez l’un des codes que vous avez conservés. Chacun fonctionne une seule fois.',
    label: 'Code de récupération',
    missing: 'Saisissez l’un de vos codes de récupération.',
    rejected: 'Ce n’est pas l’un de vos codes de récupération, ou vous l’avez déjà utilisé.',
  },
  passkey: {
    title: 'Utiliser votre clé d’accès',
    heading: 'Utiliser votre clé d’accès',
    lead: 'Confirmez votre identité avec votre empreinte, votre visage, un code PIN ou une clé de sécurité.',
    unavailable:
      'Une clé d’accès nécessite JavaScript et un navigateur qui connaît les clés d’accès.',
  },
  reused: 'Vous avez déjà utilisé ce code. Attendez que votre application affiche le suivant.',
  locked: (wait) => `Trop de codes erronés. Patientez ${wait}, puis réessayez.`,
  remember: (time) => `Ne plus demander dans ce navigateur pendant ${time}`,
  submit: 'Continuer',
  others: 'Autre moyen',
  use: {
    totp: 'Utiliser votre application d’authentification',
    passkey: 'Utiliser une clé d’accès',
    recovery_code: 'Utiliser un code de récupération',
  },
  noOther: (site) =>
    `Si vous ne le pouvez pas, demandez de l’aide aux responsables de ${isolate(site)}.`,
};
