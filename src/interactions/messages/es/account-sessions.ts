import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountSessions: Messages['accountSessions'] = {
  lead: 'Cierra la sesión donde no te reconozcas y después define una contraseña nueva.',
  here: 'Este navegador',
  browserOn: (browser, system) => `${browser} en ${system}`,
  unknownBrowser: 'Navegador desconocido',
  seen: (when, address) => `Último uso: ${when}, desde ${isolate(address)}`,
  seenSomewhere: (when) => `Último uso: ${when}`,
  signedIn: (date) => `Inicio de sesión: ${date}`,
  used: (applications) => `Usado para ${isolate(applications)}`,
  end: 'Cerrar sesión',
  endNamed: (browser) => `Cerrar sesión en ${isolate(browser)}`,
  endOthers: 'Cerrar sesión en todos los demás sitios',
  alone: 'No tienes la sesión iniciada en ningún otro sitio.',
};
