import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const gate: Messages['gate'] = {
  title: (application) => `Sin acceso a ${isolate(application)}`,
  heading: (application) => `No tienes acceso a ${isolate(application)}`,
  text: (application) =>
    `Tu cuenta funciona, pero nadie le ha dado todavía acceso a ${isolate(application)}. Pide acceso a la persona que administra ${isolate(application)} o usa otra cuenta.`,
  leave: (client) => `Volver a ${isolate(client)}`,
  switch: 'Usar otra cuenta',
};
