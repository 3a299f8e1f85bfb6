import type { Messages } from '../catalogue.ts';

export const error: Messages['error'] = {
  requestId: 'Solicitação',
  details: 'Detalhes técnicos',
  back: 'Tentar de novo',
  codes: {
    csrf_token_invalid: {
      title: 'Tente de novo, por favor',
      text: 'Este formulário estava desatualizado, por isso nada foi feito. Abra-o de novo e envie mais uma vez.',
    },
    origin_refused: {
      title: 'Essa solicitação foi interrompida',
      text: 'Ela não veio deste site, por isso nada foi feito.',
    },
    invalid_client: {
      title: 'Este aplicativo não é conhecido aqui',
      text: 'O aplicativo que trouxe você até aqui não está registrado ou está desativado. Avise quem cuida dele.',
    },
    invalid_redirect_uri: {
      title: 'Este aplicativo não está configurado corretamente',
      text: 'Ele pediu para levar você a um endereço que não registrou, por isso interrompemos tudo. Avise quem cuida dele.',
    },
    invalid_request: {
      title: 'Não foi possível entender essa solicitação',
      text: 'O aplicativo ou o link que trouxe você até aqui enviou algo incompleto ou errado. Volte e comece de novo.',
    },
    unauthorized_client: {
      title: 'Este aplicativo não tem permissão para isso',
      text: 'Ele pediu algo para o qual não está registrado. Avise quem cuida dele.',
    },
    access_denied: {
      title: 'O acesso foi negado',
      text: 'Nada foi compartilhado. Você pode voltar ao aplicativo e começar de novo.',
    },
    temporarily_unavailable: {
      title: 'Não podemos responder agora',
      text: 'Algo de que precisamos não está respondendo. Espere um momento e recarregue esta página.',
    },
  },
  statuses: {
    400: {
      title: 'Não foi possível entender essa solicitação',
      text: 'Algo nela estava incompleto ou errado. Volte e comece de novo.',
    },
    403: { title: 'Isso não é permitido', text: 'Nada foi feito. Volte e comece de novo.' },
    404: {
      title: 'Esta página não existe',
      text: 'Confira o endereço ou volte ao aplicativo e comece de novo.',
    },
    405: {
      title: 'Isso não é possível aqui',
      text: 'Este endereço não aceita esse tipo de solicitação.',
    },
    413: {
      title: 'Isso foi demais',
      text: 'O formulário contém mais do que esta página aceita. Nada foi feito.',
    },
    421: {
      title: 'Este site não está aqui',
      text: 'Este servidor não responde pelo endereço que você abriu.',
    },
    429: {
      title: 'Solicitações demais',
      text: 'Vieram muitas da sua rede. Espere um pouco e tente de novo.',
    },
    503: {
      title: 'Não podemos responder agora',
      text: 'Algo de que precisamos não está respondendo. Espere um momento e recarregue esta página.',
    },
  },
  refused: {
    title: 'Isso não funcionou',
    text: 'A solicitação foi recusada. Volte ao aplicativo e comece de novo.',
  },
  failed: {
    title: 'Algo deu errado',
    text: 'A culpa é nossa, não sua. Tente de novo. Se continuar acontecendo, peça ajuda e informe a solicitação abaixo.',
  },
};
