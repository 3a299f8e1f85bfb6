import type { Messages } from '../catalogue.ts';

export const accountPage: Messages['accountPage'] = {
  title: 'Votre compte',
  skip: 'Aller au contenu',
  signOut: 'Se déconnecter',
  sections: {
    overview: { title: 'Vue d’ensemble', detail: '' },
    profile: { title: 'Profil', detail: 'Nom, langue, téléphone et adresse' },
    password: { title: 'Mot de passe', detail: 'En définir un nouveau' },
    sessions: {
      title: 'Où vous êtes connecté',
      detail: 'Navigateurs et appareils, et comment s’en déconnecter',
    },
    applications: {
      title: 'Applications ayant accès',
      detail: 'Ce qu’elles peuvent faire, et comment le retirer',
    },
    email: { title: 'Adresse e-mail', detail: 'Où nous vous écrivons' },
    methods: {
      title: 'Moyens de connexion',
      detail: 'Clés d’accès, deuxième étape, codes de récupération',
    },
    activity: { title: 'Activité récente', detail: 'Ce qui est arrivé à votre compte, et quand' },
    data: { title: 'Vos données', detail: 'Les télécharger, ou supprimer votre compte' },
  },
  done: {
    profile_saved: 'Votre profil est enregistré.',
    password_changed:
      'Votre mot de passe est modifié, et tous les autres navigateurs sont déconnectés.',
    session_ended: 'Ce navigateur est déconnecté.',
    sessions_ended: 'Tous les autres navigateurs sont déconnectés.',
    access_removed: 'L’application n’a plus accès à votre compte.',
    email_change_begun: 'Consultez votre messagerie. Le changement attend ce qui est indiqué ici.',
    email_code_sent: 'Un autre code est en route. Le précédent ne fonctionne plus.',
    email_change_cancelled: 'L’adresse reste inchangée.',
    email_proved: 'La nouvelle adresse est confirmée.',
    email_changed: 'Votre adresse e-mail est modifiée.',
    email_confirmed: 'Votre adresse e-mail est confirmée.',
    app_added: 'Votre application est configurée. Désormais, nous demandons ses codes.',
    app_removed: 'L’application est supprimée. Ses codes ne fonctionnent plus.',
    recovery_codes_saved: 'Gardez vos codes de récupération là où vous seul les trouverez.',
    passkey_added:
      'Votre clé d’accès est ajoutée. Vous pouvez vous connecter avec elle dès maintenant.',
    passkey_renamed: 'Le nom est enregistré.',
    passkey_removed: 'La clé d’accès est supprimée. Supprimez-la aussi de votre appareil.',
    browser_forgotten: 'Ce navigateur est oublié.',
    browsers_forgotten: 'Tous les navigateurs sont oubliés.',
    account_connected: 'Le compte est relié. Vous pouvez vous connecter avec lui dès maintenant.',
    account_disconnected: 'Le compte est dissocié.',
  },
  refused: {
    title: 'Vous n’êtes pas connecté',
    text: 'Vous êtes parti avant la fin de la connexion. Votre compte est tel qu’il était.',
    again: 'Se connecter',
  },
  noCookie: {
    title: 'Ce navigateur ne garde pas de cookies',
    text: 'Vous vous êtes connecté, mais le navigateur ne l’a pas retenu. Autorisez les cookies pour ce site, puis réessayez.',
    again: 'Réessayer',
  },
};
