import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const ways: Messages['ways'] = {
  label: 'Autres moyens de se connecter',
  recover: 'Mot de passe oublié ?',
  email_code: 'Recevoir plutôt un code par e-mail',
  register: 'Créer un compte',
  password: 'Se connecter avec un mot de passe',
};

export const recover: Messages['recover'] = {
  title: 'Demander un nouveau mot de passe',
  heading: 'Mot de passe oublié ?',
  lead: 'Dites-nous qui vous êtes, et nous vous enverrons un lien pour en définir un nouveau.',
  submit: 'Envoyer le lien',
  sentTitle: 'Consultez votre messagerie',
  sentHeading: 'Consultez votre messagerie',
  sentText:
    'S’il existe un compte à ce nom, un lien est en route vers son adresse. Il fonctionne pendant 20 minutes.',
  sentHint:
    'Rien reçu ? Regardez parmi les messages indésirables, ou essayez un autre nom que vous auriez pu utiliser.',
  again: 'Réessayer',
};

export const emailCode: Messages['emailCode'] = {
  title: 'Se connecter avec un code',
  heading: 'Se connecter avec un code',
  lead: 'Nous vous envoyons par e-mail un code à six chiffres. Il fonctionne pendant 10 minutes.',
  submit: 'Envoyer le code',
  codeTitle: 'Saisir le code',
  codeHeading: 'Consultez votre messagerie',
  codeLead: 'S’il existe un compte à ce nom, un code est en route vers son adresse.',
};

export const register: Messages['register'] = {
  title: 'Créer un compte',
  heading: 'Créer un compte',
  lead: (client) => `pour continuer vers ${isolate(client)}`,
  email: 'Adresse e-mail',
  emailHint: 'Nous y envoyons un code. Elle vous servira ensuite à vous connecter.',
  name: 'Nom',
  nameHint: 'Comment on vous appelle.',
  password: 'Mot de passe',
  submit: 'Continuer',
  haveOne: 'J’ai un compte',
  terms: 'En continuant, vous acceptez les conditions de ce site.',
  codeTitle: 'Confirmer votre adresse e-mail',
  codeHeading: 'Consultez votre messagerie',
  codeLead: (address) =>
    `Nous avons envoyé un message à ${isolate(address)}. S’il contient un code, saisissez-le ici.`,
  codeSubmit: 'Créer le compte',
  problems: {
    email: {
      missing: 'Saisissez votre adresse e-mail.',
      malformed: 'Ce n’est pas une adresse e-mail. Elle ressemble à nom@example.com.',
      mixed_scripts:
        'Cette adresse mélange des lettres de plusieurs alphabets. Utilisez-en une autre.',
    },
    name: {
      missing: 'Saisissez votre nom.',
      too_long: 'Ce nom est trop long. Utilisez-en une forme plus courte.',
      unprintable:
        'Ce nom contient des caractères qui ne peuvent pas être affichés. Saisissez-le à nouveau.',
    },
  },
};

export const verifyEmail: Messages['verifyEmail'] = {
  title: 'Confirmer votre adresse e-mail',
  heading: 'Confirmer votre adresse e-mail',
  lead: (address) =>
    `Personne n’a encore confirmé ${isolate(address)}. Nous y envoyons un code, afin que personne d’autre ne puisse l’utiliser.`,
  send: 'Envoyer le code',
  later: 'Plus tard',
  codeLead: (address) =>
    `Nous avons envoyé un code à ${isolate(address)}. Il fonctionne pendant 10 minutes.`,
  codeSubmit: 'Confirmer',
};

export const mailedCode: Messages['mailedCode'] = {
  label: 'Code à six chiffres',
  hint: 'Six chiffres.',
  submit: 'Continuer',
  resend: 'Envoyer un autre code',
  resent: 'Un autre code est en route. Le précédent ne fonctionne plus.',
  missing: 'Saisissez le code reçu par e-mail.',
  rejected: 'Ce n’est pas le bon code. Vérifiez-le et réessayez.',
  expired: 'Ce code ne fonctionne plus. Demandez-en un autre.',
  locked: (wait) => `Trop de codes erronés. Patientez ${wait}, puis réessayez.`,
  pause: (wait) =>
    `Vous pourrez en redemander un dans ${wait}. Un message est peut-être encore en route.`,
  missingName: 'Saisissez votre nom d’utilisateur ou votre adresse e-mail.',
};

export const invitation: Messages['invitation'] = {
  title: 'Créez votre compte',
  heading: (site) => `Bienvenue sur ${isolate(site)}`,
  lead: (address) => `Vous êtes invité à créer un compte pour ${isolate(address)}`,
  submit: 'Créer le compte',
  doneTitle: 'Votre compte est prêt',
  doneHeading: 'Votre compte est prêt',
  doneText:
    'Connectez-vous avec votre adresse e-mail et le mot de passe que vous venez de choisir.',
  goOn: 'Aller à votre compte',
  invalidTitle: 'Cette invitation ne fonctionne plus',
  invalidText: 'Elle a été utilisée, a expiré ou est incomplète. Demandez-en une nouvelle.',
  hasAccountTitle: 'Vous avez déjà un compte',
  hasAccountText: 'Il existe un compte avec cette adresse. Connectez-vous avec lui.',
};
