import type { Messages } from '../catalogue.ts';

export const accountPage: Messages['accountPage'] = {
  title: 'Sua conta',
  skip: 'Ir para o conteúdo',
  signOut: 'Sair',
  sections: {
    overview: { title: 'Visão geral', detail: '' },
    profile: { title: 'Perfil', detail: 'Nome, idioma, telefone e endereço' },
    password: { title: 'Senha', detail: 'Definir uma nova' },
    sessions: {
      title: 'Onde você está conectado',
      detail: 'Navegadores e dispositivos, e como sair deles',
    },
    applications: { title: 'Aplicativos com acesso', detail: 'O que podem fazer e como retirar' },
    email: { title: 'Endereço de e-mail', detail: 'Para onde escrevemos a você' },
    methods: {
      title: 'Formas de entrar',
      detail: 'Chaves de acesso, segunda etapa, códigos de recuperação',
    },
    activity: { title: 'Atividade recente', detail: 'O que aconteceu com sua conta, e quando' },
    data: { title: 'Seus dados', detail: 'Baixar, ou excluir sua conta' },
  },
  done: {
    profile_saved: 'Seu perfil foi salvo.',
    password_changed:
      'Sua senha foi alterada, e a sessão foi encerrada em todos os outros navegadores.',
    session_ended: 'A sessão nesse navegador foi encerrada.',
    sessions_ended: 'A sessão foi encerrada em todos os outros navegadores.',
    access_removed: 'O aplicativo não tem mais acesso à sua conta.',
    email_change_begun: 'Confira seu e-mail. A mudança espera o que está listado aqui.',
    email_code_sent: 'Outro código está a caminho. O anterior não funciona mais.',
    email_change_cancelled: 'O endereço continua como está.',
    email_proved: 'O novo endereço está confirmado.',
    email_changed: 'Seu endereço de e-mail foi alterado.',
    email_confirmed: 'Seu endereço de e-mail está confirmado.',
    app_added: 'Seu aplicativo está configurado. De agora em diante, pedimos os códigos dele.',
    app_removed: 'O aplicativo foi removido. Os códigos dele não funcionam mais.',
    recovery_codes_saved: 'Guarde seus códigos de recuperação onde só você os encontre.',
    passkey_added: 'Sua chave de acesso foi adicionada. Você já pode entrar com ela.',
    passkey_renamed: 'O nome foi salvo.',
    passkey_removed: 'A chave de acesso foi removida. Apague-a também do seu dispositivo.',
    browser_forgotten: 'Esse navegador foi esquecido.',
    browsers_forgotten: 'Todos os navegadores foram esquecidos.',
    account_connected: 'A conta está conectada. Você já pode entrar com ela.',
    account_disconnected: 'A conta foi desconectada.',
  },
  refused: {
    title: 'Você não entrou',
    text: 'Você saiu antes de terminar de entrar. Sua conta está como estava.',
    again: 'Entrar',
  },
  noCookie: {
    title: 'Este navegador não guarda cookies',
    text: 'Você entrou, mas o navegador não guardou isso. Permita cookies para este site e tente de novo.',
    again: 'Tentar de novo',
  },
};
