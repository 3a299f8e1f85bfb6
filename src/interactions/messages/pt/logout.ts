import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const logout: Messages['logout'] = {
  title: 'Sair',
  heading: (site) => `Sair de ${isolate(site)}?`,
  text: 'O próximo aplicativo que você abrir vai pedir que você entre de novo.',
  askedBy: (client) => `${isolate(client)} pediu para encerrar sua sessão.`,
  confirm: 'Sair',
  stay: 'Continuar conectado',
  doneTitle: 'Sessão encerrada',
  doneHeading: 'Você saiu',
  doneText: 'Em um computador compartilhado, feche também todas as janelas do navegador.',
  clientDoneHeading: (client) => `Você saiu de ${isolate(client)}`,
  clientDoneText: (site) => `Você continua conectado a ${isolate(site)}.`,
};
