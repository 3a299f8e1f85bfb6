import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const consent: Messages['consent'] = {
  title: (client) => `Autoriser ${isolate(client)} ?`,
  asks: (client) => `${isolate(client)} demande l’accès à votre compte`,
  continueTitle: (client) => `Continuer vers ${isolate(client)} ?`,
  continues: (client) => `${isolate(client)} souhaite continuer avec votre compte`,
  able: 'Si vous l’autorisez, cette application pourra :',
  alreadyAble: 'Vous avez déjà autorisé cette application à :',
  inApplication: (application) => `Agir pour vous dans ${isolate(application)} :`,
  thirdParty: (client, site) =>
    `${isolate(client)} ne fait pas partie de ${isolate(site)}. N’autorisez cet accès que si vous lui faites confiance.`,
  returnsToHost: (host) => `Vous irez ensuite sur ${host}`,
  returnsToDevice: 'Vous reviendrez ensuite à une application de cet appareil',
  about: (client) => `À propos de ${isolate(client)}`,
  website: 'Site web',
  privacy: 'Politique de confidentialité',
  terms: 'Conditions',
  allow: 'Autoriser',
  continue: 'Continuer',
  deny: 'Ne pas autoriser',
};

export const scopes: Messages['scopes'] = {
  openid: { title: 'Vous reconnaître', detail: 'Un identifiant de votre compte ici, rien de plus' },
  profile: {
    title: 'Voir votre profil',
    detail: 'Nom, nom d’utilisateur, photo et autres informations de ce genre',
  },
  email: { title: 'Voir votre adresse e-mail', detail: '' },
  phone: { title: 'Voir votre numéro de téléphone', detail: '' },
  address: { title: 'Voir votre adresse postale', detail: '' },
  roles: { title: 'Voir vos rôles dans l’application', detail: '' },
  offline_access: {
    title: 'Rester connectée en votre absence',
    detail: 'Elle garde cet accès après que vous l’avez fermée ou que vous vous êtes déconnecté',
  },
};

export const claim: Messages['claim'] = (claim) =>
  `Voir cette information sur vous : ${isolate(claim)}`;

export const unknownScope: Messages['unknownScope'] = (scope) => `Utiliser « ${isolate(scope)} »`;

export const claims: Messages['claims'] = {
  name: 'nom',
  given_name: 'prénom',
  family_name: 'nom de famille',
  middle_name: 'deuxième prénom',
  nickname: 'surnom',
  preferred_username: 'nom d’utilisateur',
  profile: 'page de profil',
  picture: 'photo',
  website: 'site web',
  email: 'adresse e-mail',
  email_verified: 'confirmation de l’adresse e-mail',
  gender: 'genre',
  birthdate: 'date de naissance',
  zoneinfo: 'fuseau horaire',
  locale: 'langue',
  phone_number: 'numéro de téléphone',
  phone_number_verified: 'confirmation du numéro de téléphone',
  address: 'adresse postale',
  updated_at: 'dernière modification du profil',
  roles: 'rôles',
};
