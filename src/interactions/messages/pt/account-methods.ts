import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountMethods: Messages['accountMethods'] = {
  lead: 'Uma chave de acesso ou uma segunda etapa mantém de fora quem descobrir sua senha.',
  on: 'Ativado',
  off: 'Desativado',
  none: 'Nenhum',
  passkeys: 'Chaves de acesso',
  app: 'Aplicativo autenticador',
  recoveryCodes: 'Códigos de recuperação',
  left: (count) => `Restam ${count}`,
  browsers: 'Navegadores lembrados',
  connected: 'Contas conectadas',
  added: (date) => `Adicionado em ${date}`,
  lastUsed: (when) => `Último uso: ${when}`,
  neverUsed: 'Ainda não usado',
  remove: 'Remover',
  removeNamed: (name) => `Remover ${isolate(name)}`,
  required: 'Este site pede uma segunda etapa. Adicione outra antes de remover esta.',
  onlyWay: 'É a única forma de entrar na sua conta. Defina uma senha antes de removê-la.',
};

export const accountPasskeys: Messages['accountPasskeys'] = {
  lead: 'Você entra com sua digital, seu rosto, um PIN ou uma chave de segurança. Não há nada para digitar, nem nada que alguém possa roubar de você.',
  none: 'Você ainda não tem uma chave de acesso.',
  unavailable: 'As chaves de acesso não funcionam neste endereço.',
  addLead: 'O navegador pergunta onde guardá-la e quem é você.',
  synced: 'Em vários dispositivos',
  oneDevice: 'Em um dispositivo',
  rename: 'Renomear',
  renameNamed: (name) => `Renomear ${isolate(name)}`,
  newName: 'Novo nome',
  save: 'Salvar',
  add: 'Adicionar uma chave de acesso',
};

export const accountApp: Messages['accountApp'] = {
  lead: 'Um aplicativo no celular mostra um código novo a cada 30 segundos. Pedimos o código depois da senha.',
  setUp: 'Configurar um aplicativo',
  replace: 'Configurar outro aplicativo no lugar',
  name: 'Aplicativo autenticador',
};

export const accountRecoveryCodes: Messages['accountRecoveryCodes'] = {
  lead: 'Se você perder o celular ou a chave de acesso, um destes códigos deixa você entrar. Cada um funciona uma vez.',
  noFactor:
    'Eles substituem uma chave de acesso ou um aplicativo autenticador. Configure um deles primeiro.',
  few: 'Restam poucos códigos. Crie novos.',
  make: 'Criar novos códigos',
  replaces: 'Os códigos que você tem agora deixam de funcionar.',
};

export const accountBrowsers: Messages['accountBrowsers'] = {
  lead: 'Nestes navegadores, você escolheu que a segunda etapa não seja pedida por 30 dias.',
  none: 'Nenhum navegador é lembrado. Cada entrada pede a segunda etapa.',
  remembered: (date, address) =>
    address === '' ? `Lembrado em ${date}` : `Lembrado em ${date}, de ${isolate(address)}`,
  until: (date) => `Até ${date}`,
  forget: 'Esquecer',
  forgetNamed: (browser) => `Esquecer ${isolate(browser)}`,
  forgetAll: 'Esquecer todos',
};

export const accountConnected: Messages['accountConnected'] = {
  lead: 'Você pode entrar com as contas que tem em outros lugares.',
  none: 'Nenhuma conta está conectada.',
  as: (who) => `como ${isolate(who)}`,
  connect: (provider) => `Conectar ${isolate(provider)}`,
  disconnect: 'Desconectar',
  disconnectNamed: (provider) => `Desconectar ${isolate(provider)}`,
  taken: (provider) => `Essa conta em ${isolate(provider)} está conectada aqui com outra conta.`,
};
