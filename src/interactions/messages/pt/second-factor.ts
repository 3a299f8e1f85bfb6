import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const secondFactor: Messages['secondFactor'] = {
  totp: {
    title: 'Digitar um código',
    heading: 'Digite o código do seu aplicativo',
    lead: (site) =>
      `Abra seu aplicativo autenticador e digite os seis dígitos que ele mostra para ${isolate(site)}.`,
    label: 'Código de seis dígitos',
    missing: 'Digite os seis dígitos que o aplicativo mostra.',
    rejected:
      'Esse código não está certo. Digite o que o aplicativo mostra agora; se continuar falhando, deixe o relógio do dispositivo no automático.',
  },
  recovery_code: {
    title: 'Digitar um código de recuperação',
    heading: 'Digite um código de recuperação',
    lead: 'Digite um dos códigos que você guardou. Cada um funciona uma única vez.',
    label: 'Código de recuperação',
    missing: 'Digite um dos seus códigos de recuperação.',
    rejected: 'Esse não é um dos seus códigos de recuperação, ou você já o usou.',
  },
  passkey: {
    title: 'Usar sua chave de acesso',
    heading: 'Usar sua chave de acesso',
    lead: 'Confirme que é você com sua digital, seu rosto, um PIN ou uma chave de segurança.',
    unavailable:
      'Uma chave de acesso precisa de JavaScript e de um navegador que conheça chaves de acesso.',
  },
  reused: 'Você já usou esse código. Espere o aplicativo mostrar o próximo.',
  locked: (wait) => `Houve códigos errados demais. Espere ${wait} e tente de novo.`,
  remember: (time) => `Não perguntar de novo neste navegador por ${time}`,
  submit: 'Continuar',
  others: 'Outra forma',
  use: {
    totp: 'Usar seu aplicativo autenticador',
    passkey: 'Usar uma chave de acesso',
    recovery_code: 'Usar um código de recuperação',
  },
  noOther: (site) =>
    `Se você não consegue fazer isso, peça ajuda a quem cuida de ${isolate(site)}.`,
};
