import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const newFactor: Messages['newFactor'] = {
  title: 'Ajouter une deuxième étape',
  heading: 'Ajouter une deuxième étape',
  lead: (who) =>
    `${isolate(who)} demande plus qu’un mot de passe, afin que personne d’autre n’entre avec le vôtre seul.`,
  choose: 'Que voulez-vous utiliser ?',
  methods: {
    totp: {
      name: 'Une application d’authentification',
      detail: 'Une application sur votre téléphone affiche un nouveau code toutes les 30 secondes.',
    },
    passkey: {
      name: 'Une clé d’accès',
      detail: 'Empreinte, visage, code PIN ou clé de sécurité. Rien à saisir.',
    },
  },
  submit: 'Continuer',
  change: 'Utiliser autre chose',
  totp: {
    title: 'Configurer votre application',
    heading: 'Configurer votre application d’authentification',
    scan: 'Ouvrez votre application d’authentification, ou installez-en une, et scannez ce carré.',
    qr: 'Code QR qui contient la clé ci-dessous',
    open: 'Ouvrir sur cet appareil',
    cannotScan: 'Impossible de scanner ?',
    key: 'Saisissez plutôt cette clé dans votre application. Elle sert à des codes qui changent avec le temps.',
    code: 'Saisissez les six chiffres que votre application affiche alors.',
    label: 'Code à six chiffres',
    missing: 'Saisissez les six chiffres que votre application affiche.',
    wrong:
      'Ce code n’est pas le bon. Saisissez celui que votre application affiche maintenant ; si l’échec persiste, réglez l’heure de votre appareil sur automatique.',
    expired:
      'Cela a pris trop de temps ; il y a donc un nouveau carré à scanner. Supprimez l’ancienne entrée de votre application.',
  },
  passkey: {
    title: 'Ajouter une clé d’accès',
    heading: 'Ajouter une clé d’accès',
    about:
      'Votre navigateur demande où la garder : sur cet appareil, dans un gestionnaire de mots de passe ou sur une clé de sécurité.',
  },
};
