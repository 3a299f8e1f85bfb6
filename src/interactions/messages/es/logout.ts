import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const logout: Messages['logout'] = {
  title: 'Cerrar sesión',
  heading: (site) => `¿Cerrar la sesión en ${isolate(site)}?`,
  text: 'La próxima aplicación que abras te pedirá que inicies sesión de nuevo.',
  askedBy: (client) => `${isolate(client)} ha pedido cerrar tu sesión.`,
  confirm: 'Cerrar sesión',
  stay: 'Mantener la sesión',
  doneTitle: 'Sesión cerrada',
  doneHeading: 'Has cerrado la sesión',
  doneText: 'En un ordenador compartido, cierra también todas las ventanas del navegador.',
  clientDoneHeading: (client) => `Has cerrado la sesión en ${isolate(client)}`,
  clientDoneText: (site) => `Tu sesión en ${isolate(site)} sigue abierta.`,
};
