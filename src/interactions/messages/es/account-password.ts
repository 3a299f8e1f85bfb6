import type { Messages } from '../catalogue.ts';

export const accountPassword: Messages['accountPassword'] = {
  changed: (date) => `Último cambio: ${date}.`,
  none: 'Tu cuenta no tiene contraseña. Puedes definir una e iniciar sesión también con ella.',
  password: 'Contraseña nueva',
  again: 'Repite la contraseña nueva',
  ends: 'Se cierra la sesión en todos los demás navegadores, dispositivos y aplicaciones.',
  submit: 'Definir contraseña nueva',
};
