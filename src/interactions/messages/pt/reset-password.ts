import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const resetPassword: Messages['resetPassword'] = {
  title: 'Definir uma nova senha',
  heading: 'Definir uma nova senha',
  lead: (username) => `para ${isolate(username)}`,
  password: 'Nova senha',
  again: 'Repita a nova senha',
  rules: (characters) =>
    `Pelo menos ${characters} caracteres; 15 ou mais é melhor. Algumas palavras bastam.`,
  ends: 'Isso encerra sua sessão em todos os lugares.',
  submit: 'Definir senha',
  missing: 'Digite uma nova senha.',
  tooShort: (characters) => `Use pelo menos ${characters} caracteres.`,
  tooLong: 'É longa demais. Use uma senha mais curta.',
  common:
    'Muita gente usa essa senha ou uma parecida. Algumas palavras sem relação entre si são melhores.',
  pattern:
    'Esse é um padrão fácil de adivinhar. Algumas palavras sem relação entre si são melhores.',
  personal:
    'Isso é pouco mais do que seus próprios dados ou o nome deste serviço. Use outra coisa.',
  different: 'As duas senhas não são iguais.',
  doneTitle: 'Senha alterada',
  doneHeading: 'Sua senha foi alterada',
  doneText:
    'Sua sessão foi encerrada em todos os lugares. Volte ao aplicativo e entre com a nova senha.',
  invalidTitle: 'Este link não funciona mais',
  invalidText: 'Ele já foi usado, expirou ou está incompleto. Peça um novo.',
};
