import type { Messages } from '../catalogue.ts';

export const passkeys: Messages['passkeys'] = {
  signIn: 'Iniciar sesión con una llave de acceso',
  confirm: 'Usar una llave de acceso en su lugar',
  secondFactor: 'Usar una llave de acceso',
  add: 'Añadir una llave de acceso',
  name: 'Nombre (opcional)',
  nameHint: 'Para que la reconozcas, por ejemplo «Portátil del trabajo».',
  unnamed: 'Llave de acceso',
  waiting: 'Sigue los pasos que muestra tu navegador.',
  signInCancelled:
    'No se ha usado ninguna llave de acceso. Inténtalo de nuevo o continúa de otra forma.',
  signInFailed: 'Tu navegador no ha podido usar una llave de acceso aquí. Continúa de otra forma.',
  addCancelled: 'No se ha añadido ninguna llave de acceso. Puedes intentarlo de nuevo.',
  addFailed: 'Tu navegador no ha podido añadir una llave de acceso aquí.',
  alreadyHere:
    'Ese dispositivo o gestor de contraseñas ya tiene una llave de acceso para esta cuenta.',
  rejected: 'Esa llave de acceso no funciona aquí. Prueba con otra o continúa de otra forma.',
  outdated: 'Ha pasado demasiado tiempo. Inténtalo de nuevo.',
  full: 'Tienes tantas llaves de acceso como puede tener una cuenta. Elimina antes alguna.',
  unavailable: 'Las llaves de acceso no funcionan en este navegador.',
};
