import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const resetPassword: Messages['resetPassword'] = {
  title: 'Definir una contraseña nueva',
  heading: 'Definir una contraseña nueva',
  lead: (username) => `para ${isolate(username)}`,
  password: 'Contraseña nueva',
  again: 'Repite la contraseña nueva',
  rules: (characters) =>
    `Al menos ${characters} caracteres; 15 o más es mejor. Unas cuantas palabras bastan.`,
  ends: 'Al hacerlo se cierra tu sesión en todas partes.',
  submit: 'Definir contraseña',
  missing: 'Escribe una contraseña nueva.',
  tooShort: (characters) => `Usa al menos ${characters} caracteres.`,
  tooLong: 'Es demasiado larga. Usa una contraseña más corta.',
  common:
    'Mucha gente usa esa contraseña o una parecida. Es mejor usar unas cuantas palabras sin relación entre sí.',
  pattern:
    'Es un patrón fácil de adivinar. Es mejor usar unas cuantas palabras sin relación entre sí.',
  personal: 'Es poco más que tus propios datos o el nombre de este servicio. Usa otra cosa.',
  different: 'Las dos contraseñas no son iguales.',
  doneTitle: 'Contraseña cambiada',
  doneHeading: 'Tu contraseña ha cambiado',
  doneText:
    'Tu sesión se ha cerrado en todas partes. Vuelve a la aplicación e inicia sesión con la contraseña nueva.',
  invalidTitle: 'Este enlace ya no funciona',
  invalidText: 'Ya se ha usado, ha caducado o está incompleto. Pide uno nuevo.',
};
