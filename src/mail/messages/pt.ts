import { isolate } from '../../languages/display-text.ts';
import { createFormats } from '../../languages/formats.ts';
import type { MailMessages } from './en.ts';

/** Portuguese; docs/translating.md says which words it uses. */
export const pt: MailMessages = {
  lang: 'pt',
  dir: 'ltr',
  formats: createFormats('pt'),

  greeting: (name) => `Olá, ${isolate(name)}!`,
  codeWorks: (time) => `Ele funciona uma única vez, por ${time}.`,
  linkWorks: (time) => `O link funciona uma única vez, por ${time}.`,
  keepCode: (site) =>
    `Ninguém de ${isolate(site)} vai pedir este código a você. Não o passe a ninguém.`,
  buttonFails: 'Se o botão não fizer nada, abra este endereço no navegador:',
  footer: (site) => `Enviado por ${isolate(site)}. Ninguém lê as respostas a esta mensagem.`,
  help: 'Obter ajuda',

  facts: {
    when: 'Quando',
    browser: 'Navegador',
    address: 'Endereço de rede',
    item: 'Nome',
    newAddress: 'Novo endereço',
  },

  verifyEmailCode: {
    subject: (site) => `Seu código para confirmar seu endereço em ${isolate(site)}`,
    heading: 'Confirme seu endereço de e-mail',
    text: 'Digite este código na página que o pediu:',
    unasked:
      'Se você não o pediu, não precisa fazer nada. Talvez alguém tenha digitado errado o próprio endereço.',
  },

  signInCode: {
    subject: (site) => `Seu código para entrar em ${isolate(site)}`,
    heading: 'Seu código de entrada',
    text: 'Digite este código na página em que você está entrando:',
    unasked:
      'Se você não está entrando agora, outra pessoa está tentando. Sem o código, ela não consegue nada.',
  },

  resetPassword: {
    subject: (site) => `Definir uma nova senha para ${isolate(site)}`,
    heading: 'Definir uma nova senha',
    text: 'Alguém pediu um link para definir uma nova senha para a sua conta.',
    action: 'Definir uma nova senha',
    unasked:
      'Se não foi você, não precisa fazer nada: sua senha continua a mesma enquanto ninguém usar este link.',
  },

  addressInUse: {
    subject: (site) => `Você já tem uma conta em ${isolate(site)}`,
    heading: 'Você já tem uma conta',
    text: 'Alguém tentou se cadastrar com este endereço de e-mail, que já tem uma conta.',
    ifYou: 'Se foi você, entre com ela:',
    action: 'Entrar',
    reset: 'Definir uma nova senha',
    unasked:
      'Se não foi você, não precisa fazer nada. Ninguém entrou na sua conta, e ninguém ficou sabendo que ela existe.',
  },

  invitation: {
    subject: (site) => `Seu convite para ${isolate(site)}`,
    heading: (site) => `Você recebeu um convite para ${isolate(site)}`,
    by: (name, site) => `${isolate(name)} convida você a criar uma conta em ${isolate(site)}.`,
    text: (site) => `Você pode criar uma conta em ${isolate(site)}.`,
    action: 'Aceitar o convite',
    unasked: 'Se você não o esperava, não precisa fazer nada.',
  },

  changeEmailConfirm: {
    subject: (site) => `Confirme seu novo endereço em ${isolate(site)}`,
    heading: 'Confirme seu novo endereço de e-mail',
    codeText:
      'Para que este seja o endereço da sua conta, digite este código na página que o pediu:',
    linkText: 'Para que este seja o endereço da sua conta, confirme-o:',
    action: 'Confirmar este endereço',
    unasked:
      'Se você não pediu isso, não precisa fazer nada. Talvez alguém tenha digitado errado o próprio endereço.',
  },

  changeEmailNotice: {
    subject: (site) => `Seu endereço em ${isolate(site)} vai mudar`,
    heading: 'Seu endereço de e-mail vai mudar',
    text: 'Alguém que está conectado à sua conta pediu um novo endereço de e-mail.',
    approveText: 'Se foi você, aprove a mudança:',
    action: 'Aprovar o novo endereço',
    unasked:
      'Se não foi você, não aprove. Defina uma nova senha imediatamente: outra pessoa está conectada à sua conta.',
    unaskedNoLink:
      'Se não foi você, defina uma nova senha imediatamente: outra pessoa está conectada à sua conta.',
  },

  securityNotice: {
    events: {
      password_changed: {
        subject: 'Sua senha foi alterada',
        text: 'A senha da sua conta foi alterada.',
      },
      email_changed: {
        subject: 'Seu endereço de e-mail foi alterado',
        text: 'Sua conta tem um novo endereço de e-mail. As mensagens sobre ela não vão mais para o antigo.',
      },
      second_factor_added: {
        subject: 'Uma segunda etapa foi adicionada à sua entrada',
        text: 'De agora em diante, para entrar na sua conta pode ser pedida mais uma prova de que é você.',
      },
      second_factor_removed: {
        subject: 'Uma segunda etapa foi removida da sua entrada',
        text: 'Para entrar na sua conta não se pede mais esta prova de que é você.',
      },
      passkey_added: {
        subject: 'Uma chave de acesso foi adicionada à sua conta',
        text: 'Quem tiver esta chave de acesso pode entrar na sua conta.',
      },
      passkey_removed: {
        subject: 'Uma chave de acesso foi removida da sua conta',
        text: 'Ninguém mais pode entrar na sua conta com esta chave de acesso.',
      },
      recovery_codes_made: {
        subject: 'Novos códigos de recuperação foram criados para a sua conta',
        text: 'Os códigos de recuperação anteriores não funcionam mais.',
      },
      recovery_code_used: {
        subject: 'Um código de recuperação da sua conta foi usado',
        text: 'Alguém entrou com um dos seus códigos de recuperação. Ele não funciona de novo.',
      },
      sign_in_method_linked: {
        subject: 'Uma nova forma de entrar foi adicionada à sua conta',
        text: 'Sua conta foi vinculada a uma conta de outro lugar, que agora entra aqui.',
      },
      sign_in_method_unlinked: {
        subject: 'Uma forma de entrar foi removida da sua conta',
        text: 'Uma conta de outro lugar não entra mais na sua.',
      },
      sessions_ended: {
        subject: 'Sua sessão foi encerrada em todos os lugares',
        text: 'Todas as sessões da sua conta foram encerradas. Cada navegador e cada aplicativo precisa entrar de novo.',
      },
      account_deleted: {
        subject: 'Sua conta foi excluída',
        text: 'Sua conta e o que estava guardado com ela não existem mais. Esta é a última mensagem sobre ela.',
      },
    },
    yours: 'Se foi você, não precisa fazer nada.',
    notYou:
      'Se não foi você, talvez outra pessoa tenha entrado na sua conta. Cuide dela imediatamente: defina uma nova senha e encerre todas as sessões.',
    action: 'Ir para sua conta',
    notYouNoLink: (site) => `Se não foi você, avise imediatamente quem cuida de ${isolate(site)}.`,
  },
};
