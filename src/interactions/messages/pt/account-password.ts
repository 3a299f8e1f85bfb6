import type { Messages } from '../catalogue.ts';

export const accountPassword: Messages['accountPassword'] = {
  changed: (date) => `Última alteração em ${date}.`,
  none: 'Sua conta não tem senha. Você pode definir uma e entrar também com ela.',
  password: 'Nova senha',
  again: 'Repita a nova senha',
  ends: 'A sessão é encerrada em todos os outros navegadores, dispositivos e aplicativos.',
  submit: 'Definir nova senha',
};
