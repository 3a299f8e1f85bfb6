import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountEmail: Messages['accountEmail'] = {
  confirmed: 'Confirmado',
  notConfirmed: 'Não confirmado',
  none: 'Sua conta não tem endereço de e-mail.',
  use: 'É para ele que escrevemos sobre a segurança da sua conta, e com ele você volta a entrar.',
  change: 'Alterar o endereço de e-mail',
  add: 'Adicionar um endereço de e-mail',
  noMail:
    'Este site não envia e-mails, por isso o endereço não pode ser alterado aqui. Peça ajuda.',
  confirm: 'Confirmar este endereço',
  confirmLead: (address) =>
    `Enviamos um código para ${isolate(address)}, para que ninguém mais possa usá-lo.`,
  send: 'Enviar código',
  sent: (address) => `Enviamos um código para ${isolate(address)}. Ele funciona por 10 minutos.`,
  confirmSubmit: 'Confirmar',
  changeLead: 'O novo endereço recebe um código. O atual também precisa concordar.',
  changeLeadAlone: 'O novo endereço recebe um código.',
  newAddress: 'Novo endereço de e-mail',
  same: 'Esse é o endereço que você já tem.',
  throttled: (wait) => `Foram vezes demais. Espere ${wait} e tente de novo.`,
  changeSubmit: 'Continuar',
  pendingHeading: (address) => `Mudança para ${isolate(address)}`,
  codeLead: (address) =>
    `Enviamos uma mensagem para ${isolate(address)}. Se ela tiver um código, digite-o aqui.`,
  proved: (address) => `${isolate(address)} está confirmado.`,
  awaits: (address) =>
    `Enviamos um link para ${isolate(address)}. Abra-o lá e concorde com a mudança.`,
  approved: (address) => `${isolate(address)} concordou.`,
  until: (date) => `Isso espera até ${date}.`,
  cancel: 'Manter o endereço atual',
  taken: 'Esse endereço não pode ser usado. Comece de novo com outro.',
  gone: 'Essa mudança terminou. Comece de novo.',
  approveTitle: 'Mudança de endereço de e-mail',
  approveHeading: 'Mudar seu endereço de e-mail?',
  approveLead: (from, to) =>
    `Alguém que está conectado à sua conta quer mudar o endereço dela de ${isolate(from)} para ${isolate(to)}.`,
  approve: 'Mudar',
  refuse: 'Não fui eu',
  approvedTitle: 'Você concordou',
  approvedText: (address) =>
    `O endereço muda assim que o código enviado para ${isolate(address)} for digitado na página da sua conta.`,
  changedTitle: 'Seu endereço de e-mail foi alterado',
  changedText: (address) => `De agora em diante, escrevemos para ${isolate(address)}.`,
  refusedTitle: 'O endereço continua como está',
  refusedText:
    'Talvez outra pessoa esteja conectada à sua conta. Defina uma nova senha agora: isso encerra a sessão de todas as outras pessoas.',
  newPassword: 'Definir uma nova senha',
  toAccount: 'Ir para sua conta',
  invalidTitle: 'Este link não funciona mais',
  invalidText: 'Ele já foi usado, expirou ou está incompleto. Nada foi alterado.',
};
