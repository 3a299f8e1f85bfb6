import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const recoveryCodes: Messages['recoveryCodes'] = {
  title: 'Guardar seus códigos de recuperação',
  heading: 'Guarde seus códigos de recuperação',
  lead: 'Se você perder o celular ou a chave de acesso, um destes códigos deixa você entrar. Cada um funciona uma única vez.',
  once: 'Você só os vê agora. Imprima-os ou guarde-os em um gerenciador de senhas.',
  download: 'Salvar como arquivo',
  fileName: 'codigos-de-recuperacao.txt',
  fileHeading: (username, site) =>
    `Códigos de recuperação de ${username} para ${site}. Cada um funciona uma única vez.`,
  printed: (username, site) => `${isolate(username)}, ${isolate(site)}`,
  submit: 'Já guardei',
};
