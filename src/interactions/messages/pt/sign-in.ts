import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const signIn: Messages['signIn'] = {
  title: 'Entrar',
  heading: 'Entrar',
  lead: (client) => `para continuar em ${isolate(client)}`,
  confirmTitle: 'Confirme que é você',
  confirmHeading: 'Confirme que é você',
  confirmLead: (client) => `Digite sua senha de novo para continuar em ${isolate(client)}`,
  otherAccount: (client) =>
    `${isolate(client)} pede uma conta diferente daquela com que você entrou.`,
  identifier: 'Nome de usuário ou e-mail',
  password: 'Senha',
  remember: 'Continuar conectado neste dispositivo',
  submit: 'Entrar',
  confirmSubmit: 'Continuar',
  cancel: 'Cancelar',
  missingIdentifier: 'Digite seu nome de usuário ou e-mail.',
  missingPassword: 'Digite sua senha.',
  rejected:
    'O nome de usuário ou e-mail e a senha não correspondem. Verifique os dois e tente de novo.',
  locked: (wait) => `Houve tentativas demais de entrar. Espere ${wait} e tente de novo.`,
};
