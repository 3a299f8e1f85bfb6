import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const consent: Messages['consent'] = {
  title: (client) => `¿Permitir ${isolate(client)}?`,
  asks: (client) => `${isolate(client)} pide acceso a tu cuenta`,
  continueTitle: (client) => `¿Continuar en ${isolate(client)}?`,
  continues: (client) => `${isolate(client)} quiere continuar con tu cuenta`,
  able: 'Si lo permites, podrá:',
  alreadyAble: 'Ya le has permitido:',
  inApplication: (application) => `Actuar por ti en ${isolate(application)}:`,
  thirdParty: (client, site) =>
    `${isolate(client)} no forma parte de ${isolate(site)}. Permítelo solo si te parece de confianza.`,
  returnsToHost: (host) => `Después irás a ${host}`,
  returnsToDevice: 'Después volverás a una aplicación de este dispositivo',
  about: (client) => `Acerca de ${isolate(client)}`,
  website: 'Sitio web',
  privacy: 'Política de privacidad',
  terms: 'Condiciones',
  allow: 'Permitir',
  continue: 'Continuar',
  deny: 'No permitir',
};

export const scopes: Messages['scopes'] = {
  openid: { title: 'Reconocerte', detail: 'Un identificador de tu cuenta aquí, nada más' },
  profile: { title: 'Ver tu perfil', detail: 'Nombre, nombre de usuario, foto y datos parecidos' },
  email: { title: 'Ver tu correo electrónico', detail: '' },
  phone: { title: 'Ver tu número de teléfono', detail: '' },
  address: { title: 'Ver tu dirección postal', detail: '' },
  roles: { title: 'Ver tus roles en la aplicación', detail: '' },
  offline_access: {
    title: 'Seguir conectada en tu ausencia',
    detail: 'Conserva este acceso cuando la cierras o cierras la sesión',
  },
};

export const claim: Messages['claim'] = (claim) => `Ver este dato tuyo: ${isolate(claim)}`;

export const unknownScope: Messages['unknownScope'] = (scope) => `Usar «${isolate(scope)}»`;

export const claims: Messages['claims'] = {
  name: 'nombre',
  given_name: 'nombre de pila',
  family_name: 'apellidos',
  middle_name: 'segundo nombre',
  nickname: 'apodo',
  preferred_username: 'nombre de usuario',
  profile: 'página de perfil',
  picture: 'foto',
  website: 'sitio web',
  email: 'correo electrónico',
  email_verified: 'confirmación del correo electrónico',
  gender: 'género',
  birthdate: 'fecha de nacimiento',
  zoneinfo: 'zona horaria',
  locale: 'idioma',
  phone_number: 'número de teléfono',
  phone_number_verified: 'confirmación del número de teléfono',
  address: 'dirección postal',
  updated_at: 'último cambio del perfil',
  roles: 'roles',
};
