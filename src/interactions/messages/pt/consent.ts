import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const consent: Messages['consent'] = {
  title: (client) => `Permitir ${isolate(client)}?`,
  asks: (client) => `${isolate(client)} pede acesso à sua conta`,
  continueTitle: (client) => `Continuar em ${isolate(client)}?`,
  continues: (client) => `${isolate(client)} quer continuar com a sua conta`,
  able: 'Se você permitir, o aplicativo poderá:',
  alreadyAble: 'Você já permitiu que o aplicativo possa:',
  inApplication: (application) => `Agir por você em ${isolate(application)}:`,
  thirdParty: (client, site) =>
    `${isolate(client)} não faz parte de ${isolate(site)}. Permita somente se você confia nele.`,
  returnsToHost: (host) => `Em seguida você vai para ${host}`,
  returnsToDevice: 'Em seguida você volta a um aplicativo deste dispositivo',
  about: (client) => `Sobre ${isolate(client)}`,
  website: 'Site',
  privacy: 'Política de privacidade',
  terms: 'Termos',
  allow: 'Permitir',
  continue: 'Continuar',
  deny: 'Não permitir',
};

export const scopes: Messages['scopes'] = {
  openid: { title: 'Reconhecer você', detail: 'Um identificador da sua conta aqui, nada mais' },
  profile: { title: 'Ver seu perfil', detail: 'Nome, nome de usuário, foto e dados parecidos' },
  email: { title: 'Ver seu endereço de e-mail', detail: '' },
  phone: { title: 'Ver seu número de telefone', detail: '' },
  address: { title: 'Ver seu endereço postal', detail: '' },
  roles: { title: 'Ver suas funções no aplicativo', detail: '' },
  offline_access: {
    title: 'Continuar conectado na sua ausência',
    detail: 'Ele mantém este acesso depois que você o fecha ou encerra a sessão',
  },
};

export const claim: Messages['claim'] = (claim) => `Ver este dado seu: ${isolate(claim)}`;

export const unknownScope: Messages['unknownScope'] = (scope) => `Usar “${isolate(scope)}”`;

export const claims: Messages['claims'] = {
  name: 'nome',
  given_name: 'primeiro nome',
  family_name: 'sobrenome',
  middle_name: 'nome do meio',
  nickname: 'apelido',
  preferred_username: 'nome de usuário',
  profile: 'página de perfil',
  picture: 'foto',
  website: 'site',
  email: 'endereço de e-mail',
  email_verified: 'confirmação do endereço de e-mail',
  gender: 'gênero',
  birthdate: 'data de nascimento',
  zoneinfo: 'fuso horário',
  locale: 'idioma',
  phone_number: 'número de telefone',
  phone_number_verified: 'confirmação do número de telefone',
  address: 'endereço postal',
  updated_at: 'última alteração do perfil',
  roles: 'funções',
};
