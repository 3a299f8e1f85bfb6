import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountSessions: Messages['accountSessions'] = {
  lead: 'Encerre a sessão onde você não se reconhecer e depois defina uma nova senha.',
  here: 'Este navegador',
  browserOn: (browser, system) => `${browser} no ${system}`,
  unknownBrowser: 'Navegador desconhecido',
  seen: (when, address) => `Último uso: ${when}, de ${isolate(address)}`,
  seenSomewhere: (when) => `Último uso: ${when}`,
  signedIn: (date) => `Entrada: ${date}`,
  used: (applications) => `Usado para ${isolate(applications)}`,
  end: 'Sair',
  endNamed: (browser) => `Sair de ${isolate(browser)}`,
  endOthers: 'Sair de todos os outros lugares',
  alone: 'Você não está conectado em nenhum outro lugar.',
};
