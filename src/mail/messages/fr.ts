import { isolate } from '../../languages/display-text.ts';
import { createFormats } from '../../languages/formats.ts';
import type { MailMessages } from './en.ts';

/** French; docs/translating.md says which words it uses. */
export const fr: MailMessages = {
  lang: 'fr',
  dir: 'ltr',
  formats: createFormats('fr'),

  greeting: (name) => `Bonjour ${isolate(name)},`,
  codeWorks: (time) => `Il fonctionne une seule fois, pendant ${time}.`,
  linkWorks: (time) => `Le lien fonctionne une seule fois, pendant ${time}.`,
  keepCode: (site) =>
    `Personne chez ${isolate(site)} ne vous demandera ce code. Ne le transmettez à personne.`,
  buttonFails: 'Si le bouton ne fait rien, ouvrez cette adresse dans votre navigateur :',
  footer: (site) => `Envoyé par ${isolate(site)}. Personne ne lit les réponses à ce message.`,
  help: 'Obtenir de l’aide',

  facts: {
    when: 'Quand',
    browser: 'Navigateur',
    address: 'Adresse réseau',
    item: 'Nom',
    newAddress: 'Nouvelle adresse',
  },

  verifyEmailCode: {
    subject: (site) => `Votre code pour confirmer votre adresse pour ${isolate(site)}`,
    heading: 'Confirmez votre adresse e-mail',
    text: 'Saisissez ce code sur la page qui vous l’a demandé :',
    unasked:
      'Si vous ne l’avez pas demandé, vous n’avez rien à faire. Quelqu’un s’est peut-être trompé en saisissant son adresse.',
  },

  signInCode: {
    subject: (site) => `Votre code pour vous connecter à ${isolate(site)}`,
    heading: 'Votre code de connexion',
    text: 'Saisissez ce code sur la page où vous êtes en train de vous connecter :',
    unasked:
      'Si vous n’êtes pas en train de vous connecter, quelqu’un d’autre essaie de le faire. Sans le code, cela n’aboutira pas.',
  },

  resetPassword: {
    subject: (site) => `Définir un nouveau mot de passe pour ${isolate(site)}`,
    heading: 'Définir un nouveau mot de passe',
    text: 'Quelqu’un a demandé un lien pour définir un nouveau mot de passe pour votre compte.',
    action: 'Définir un nouveau mot de passe',
    unasked:
      'Si ce n’était pas vous, vous n’avez rien à faire : votre mot de passe reste le même tant que personne n’utilise ce lien.',
  },

  addressInUse: {
    subject: (site) => `Vous avez déjà un compte chez ${isolate(site)}`,
    heading: 'Vous avez déjà un compte',
    text: 'Quelqu’un a essayé de s’inscrire avec cette adresse e-mail, qui a déjà un compte.',
    ifYou: 'Si c’était vous, connectez-vous avec lui :',
    action: 'Se connecter',
    reset: 'Définir un nouveau mot de passe',
    unasked:
      'Si ce n’était pas vous, vous n’avez rien à faire. Personne n’est entré dans votre compte, et personne n’a appris qu’il existe.',
  },

  invitation: {
    subject: (site) => `Votre invitation à ${isolate(site)}`,
    heading: (site) => `Vous êtes invité à rejoindre ${isolate(site)}`,
    by: (name, site) => `${isolate(name)} vous invite à créer un compte chez ${isolate(site)}.`,
    text: (site) => `Vous pouvez créer un compte chez ${isolate(site)}.`,
    action: 'Accepter l’invitation',
    unasked: 'Si vous ne l’attendiez pas, vous n’avez rien à faire.',
  },

  changeEmailConfirm: {
    subject: (site) => `Confirmez votre nouvelle adresse pour ${isolate(site)}`,
    heading: 'Confirmez votre nouvelle adresse e-mail',
    codeText:
      'Pour que cette adresse devienne celle de votre compte, saisissez ce code sur la page qui l’a demandé :',
    linkText: 'Pour que cette adresse devienne celle de votre compte, confirmez-la :',
    action: 'Confirmer cette adresse',
    unasked:
      'Si vous ne l’avez pas demandé, vous n’avez rien à faire. Quelqu’un s’est peut-être trompé en saisissant son adresse.',
  },

  changeEmailNotice: {
    subject: (site) => `Votre adresse pour ${isolate(site)} va être modifiée`,
    heading: 'Votre adresse e-mail va être modifiée',
    text: 'Quelqu’un qui est connecté à votre compte a demandé une nouvelle adresse e-mail.',
    approveText: 'Si c’était vous, approuvez le changement :',
    action: 'Approuver la nouvelle adresse',
    unasked:
      'Si ce n’était pas vous, ne l’approuvez pas. Définissez tout de suite un nouveau mot de passe : quelqu’un d’autre est connecté à votre compte.',
    unaskedNoLink:
      'Si ce n’était pas vous, définissez tout de suite un nouveau mot de passe : quelqu’un d’autre est connecté à votre compte.',
  },

  securityNotice: {
    events: {
      password_changed: {
        subject: 'Votre mot de passe a été modifié',
        text: 'Le mot de passe de votre compte a été modifié.',
      },
      email_changed: {
        subject: 'Votre adresse e-mail a été modifiée',
        text: 'Votre compte a une nouvelle adresse e-mail. Les messages qui le concernent ne vont plus à l’ancienne.',
      },
      second_factor_added: {
        subject: 'Une deuxième étape a été ajoutée à votre connexion',
        text: 'Désormais, la connexion à votre compte peut demander une preuve de plus que c’est bien vous.',
      },
      second_factor_removed: {
        subject: 'Une deuxième étape a été retirée de votre connexion',
        text: 'La connexion à votre compte ne demande plus cette preuve que c’est bien vous.',
      },
      passkey_added: {
        subject: 'Une clé d’accès a été ajoutée à votre compte',
        text: 'Quiconque détient cette clé d’accès peut se connecter à votre compte.',
      },
      passkey_removed: {
        subject: 'Une clé d’accès a été supprimée de votre compte',
        text: 'Plus personne ne peut se connecter à votre compte avec cette clé d’accès.',
      },
      recovery_codes_made: {
        subject: 'De nouveaux codes de récupération ont été créés pour votre compte',
        text: 'Les codes de récupération précédents ne fonctionnent plus.',
      },
      recovery_code_used: {
        subject: 'Un code de récupération de votre compte a été utilisé',
        text: 'Quelqu’un s’est connecté avec l’un de vos codes de récupération. Il ne fonctionnera plus.',
      },
      sign_in_method_linked: {
        subject: 'Un nouveau moyen de connexion a été ajouté à votre compte',
        text: 'Votre compte a été associé à un compte situé ailleurs, qui permet maintenant de se connecter ici.',
      },
      sign_in_method_unlinked: {
        subject: 'Un moyen de connexion a été retiré de votre compte',
        text: 'Un compte situé ailleurs ne permet plus de se connecter au vôtre.',
      },
      sessions_ended: {
        subject: 'Vous avez été déconnecté partout',
        text: 'Toutes les sessions de votre compte ont été fermées. Chaque navigateur et chaque application doit se reconnecter.',
      },
      account_deleted: {
        subject: 'Votre compte a été supprimé',
        text: 'Votre compte et ce qui était enregistré avec lui n’existent plus. Ceci est le dernier message à ce sujet.',
      },
    },
    yours: 'Si c’était vous, vous n’avez rien à faire.',
    notYou:
      'Si ce n’était pas vous, quelqu’un d’autre est peut-être entré dans votre compte. Occupez-vous-en tout de suite : définissez un nouveau mot de passe et fermez toutes les sessions.',
    action: 'Aller à votre compte',
    notYouNoLink: (site) =>
      `Si ce n’était pas vous, prévenez tout de suite les responsables de ${isolate(site)}.`,
  },
};
