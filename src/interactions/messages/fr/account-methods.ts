import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountMethods: Messages['accountMethods'] = {
  lead: 'Une clé d’accès ou une deuxième étape tient à l’écart ceux qui apprendraient votre mot de passe.',
  on: 'Activée',
  off: 'Désactivée',
  none: 'Aucun',
  passkeys: 'Clés d’accès',
  app: 'Application d’authentification',
  recoveryCodes: 'Codes de récupération',
  left: (count) => `Il en reste ${count}`,
  browsers: 'Navigateurs mémorisés',
  connected: 'Comptes reliés',
  added: (date) => `Ajout le ${date}`,
  lastUsed: (when) => `Dernière utilisation ${when}`,
  neverUsed: 'Pas encore utilisé',
  remove: 'Supprimer',
  removeNamed: (name) => `Supprimer ${isolate(name)}`,
  required: 'Ce site exige une deuxième étape. Ajoutez-en une autre avant de supprimer celle-ci.',
  onlyWay: 'C’est votre seul accès à ce compte. Définissez un mot de passe avant de le supprimer.',
};

export const accountPasskeys: Messages['accountPasskeys'] = {
  lead: 'Vous vous connectez avec votre empreinte, votre visage, un code PIN ou une clé de sécurité. Il n’y a rien à saisir, et rien que l’on puisse vous voler.',
  none: 'Vous n’avez pas encore de clé d’accès.',
  unavailable: 'Les clés d’accès ne fonctionnent pas à cette adresse.',
  addLead: 'Votre navigateur demande où la conserver, et qui vous êtes.',
  synced: 'Sur plusieurs appareils',
  oneDevice: 'Sur un appareil',
  rename: 'Renommer',
  renameNamed: (name) => `Renommer ${isolate(name)}`,
  newName: 'Nouveau nom',
  save: 'Enregistrer',
  add: 'Ajouter une clé d’accès',
};

export const accountApp: Messages['accountApp'] = {
  lead: 'Une application sur votre téléphone affiche un nouveau code toutes les 30 secondes. Nous le demandons après votre mot de passe.',
  setUp: 'Configurer une application',
  replace: 'Configurer une autre application à la place',
  name: 'Application d’authentification',
};

export const accountRecoveryCodes: Messages['accountRecoveryCodes'] = {
  lead: 'Si vous perdez votre téléphone ou votre clé d’accès, l’un de ces codes vous permet d’entrer. Chacun fonctionne une fois.',
  noFactor:
    'Ils remplacent une clé d’accès ou une application d’authentification. Configurez d’abord l’une d’elles.',
  few: 'Il vous reste peu de codes. Créez-en de nouveaux.',
  make: 'Créer de nouveaux codes',
  replaces: 'Les codes que vous avez maintenant cesseront de fonctionner.',
};

export const accountBrowsers: Messages['accountBrowsers'] = {
  lead: 'Dans ces navigateurs, vous avez choisi que la deuxième étape ne soit pas demandée pendant 30 jours.',
  none: 'Aucun navigateur n’est mémorisé. Chaque connexion demande la deuxième étape.',
  remembered: (date, address) =>
    address === '' ? `Mémorisé le ${date}` : `Mémorisé le ${date}, depuis ${isolate(address)}`,
  until: (date) => `Jusqu’au ${date}`,
  forget: 'Oublier',
  forgetNamed: (browser) => `Oublier ${isolate(browser)}`,
  forgetAll: 'Les oublier tous',
};

export const accountConnected: Messages['accountConnected'] = {
  lead: 'Vous pouvez vous connecter avec les comptes que vous avez ailleurs.',
  none: 'Aucun compte n’est relié.',
  as: (who) => `en tant que ${isolate(who)}`,
  connect: (provider) => `Relier ${isolate(provider)}`,
  disconnect: 'Dissocier',
  disconnectNamed: (provider) => `Dissocier ${isolate(provider)}`,
  taken: (provider) => `Ce compte chez ${isolate(provider)} est relié ici à un autre compte.`,
};
