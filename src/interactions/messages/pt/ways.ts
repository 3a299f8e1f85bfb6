import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const ways: Messages['ways'] = {
  label: 'Outras formas de entrar',
  recover: 'Esqueceu a senha?',
  email_code: 'Receber um código por e-mail',
  register: 'Criar uma conta',
  password: 'Entrar com uma senha',
};

export const recover: Messages['recover'] = {
  title: 'Pedir uma nova senha',
  heading: 'Esqueceu a senha?',
  lead: 'Diga quem você é, e enviaremos por e-mail um link para definir uma nova.',
  submit: 'Enviar link',
  sentTitle: 'Confira seu e-mail',
  sentHeading: 'Confira seu e-mail',
  sentText:
    'Se existe uma conta com esse nome, um link está a caminho do endereço dela. Ele funciona por 20 minutos.',
  sentHint: 'Nada chegou? Procure na caixa de spam ou tente outro nome que você possa ter usado.',
  again: 'Tentar de novo',
};

export const emailCode: Messages['emailCode'] = {
  title: 'Entrar com um código',
  heading: 'Entrar com um código',
  lead: 'Enviamos a você por e-mail um código de seis dígitos. Ele funciona por 10 minutos.',
  submit: 'Enviar código',
  codeTitle: 'Digitar o código',
  codeHeading: 'Confira seu e-mail',
  codeLead: 'Se existe uma conta com esse nome, um código está a caminho do endereço dela.',
};

export const register: Messages['register'] = {
  title: 'Criar uma conta',
  heading: 'Criar uma conta',
  lead: (client) => `para continuar em ${isolate(client)}`,
  email: 'E-mail',
  emailHint: 'Enviamos um código para ele. Depois você entra com ele.',
  name: 'Nome',
  nameHint: 'Como as pessoas chamam você.',
  password: 'Senha',
  submit: 'Continuar',
  haveOne: 'Já tenho uma conta',
  terms: 'Ao continuar, você aceita os termos deste site.',
  codeTitle: 'Confirmar seu e-mail',
  codeHeading: 'Confira seu e-mail',
  codeLead: (address) =>
    `Enviamos uma mensagem para ${isolate(address)}. Se ela tiver um código, digite-o aqui.`,
  codeSubmit: 'Criar conta',
  problems: {
    email: {
      missing: 'Digite seu endereço de e-mail.',
      malformed: 'Isso não é um endereço de e-mail. Ele se parece com nome@example.com.',
      mixed_scripts: 'Esse endereço mistura letras de alfabetos diferentes. Use outro.',
    },
    name: {
      missing: 'Digite seu nome.',
      too_long: 'Esse nome é longo demais. Use uma forma mais curta.',
      unprintable: 'Esse nome tem caracteres que não podem ser mostrados. Digite-o de novo.',
    },
  },
};

export const verifyEmail: Messages['verifyEmail'] = {
  title: 'Confirmar seu e-mail',
  heading: 'Confirmar seu e-mail',
  lead: (address) =>
    `Ninguém confirmou ${isolate(address)} ainda. Enviamos um código para esse endereço, para que ninguém mais possa usá-lo.`,
  send: 'Enviar código',
  later: 'Agora não',
  codeLead: (address) =>
    `Enviamos um código para ${isolate(address)}. Ele funciona por 10 minutos.`,
  codeSubmit: 'Confirmar',
};

export const mailedCode: Messages['mailedCode'] = {
  label: 'Código',
  hint: 'Seis dígitos.',
  submit: 'Continuar',
  resend: 'Enviar outro código',
  resent: 'Outro código está a caminho. O anterior não funciona mais.',
  missing: 'Digite o código do e-mail.',
  rejected: 'Esse não é o código. Confira e tente de novo.',
  expired: 'Esse código não funciona mais. Peça outro.',
  locked: (wait) => `Houve códigos errados demais. Espere ${wait} e tente de novo.`,
  pause: (wait) => `Você pode pedir outro em ${wait}. Talvez ainda haja uma mensagem a caminho.`,
  missingName: 'Digite seu nome de usuário ou e-mail.',
};

export const invitation: Messages['invitation'] = {
  title: 'Crie sua conta',
  heading: (site) => `Boas-vindas a ${isolate(site)}`,
  lead: (address) => `Você recebeu um convite para criar uma conta para ${isolate(address)}`,
  submit: 'Criar conta',
  doneTitle: 'Sua conta está pronta',
  doneHeading: 'Sua conta está pronta',
  doneText: 'Entre com seu endereço de e-mail e a senha que você acabou de escolher.',
  goOn: 'Ir para sua conta',
  invalidTitle: 'Este convite não funciona mais',
  invalidText: 'Ele já foi usado, expirou ou está incompleto. Peça um novo.',
  hasAccountTitle: 'Você já tem uma conta',
  hasAccountText: 'Existe uma conta com este endereço. Entre com ela.',
};
