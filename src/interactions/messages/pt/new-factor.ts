import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const newFactor: Messages['newFactor'] = {
  title: 'Adicionar uma segunda etapa',
  heading: 'Adicionar uma segunda etapa',
  lead: (who) =>
    `${isolate(who)} pede mais do que uma senha, para que ninguém mais entre só com a sua.`,
  choose: 'O que você quer usar?',
  methods: {
    totp: {
      name: 'Um aplicativo autenticador',
      detail: 'Um aplicativo no celular mostra um código novo a cada 30 segundos.',
    },
    passkey: {
      name: 'Uma chave de acesso',
      detail: 'Sua digital, seu rosto, um PIN ou uma chave de segurança. Nada para digitar.',
    },
  },
  submit: 'Continuar',
  change: 'Usar outra coisa',
  totp: {
    title: 'Configurar seu aplicativo',
    heading: 'Configurar seu aplicativo autenticador',
    scan: 'Abra seu aplicativo autenticador, ou instale um, e escaneie este quadrado com ele.',
    qr: 'Código QR com a chave abaixo',
    open: 'Abrir neste dispositivo',
    cannotScan: 'Não consegue escanear?',
    key: 'Digite esta chave no aplicativo. Ela é para códigos que mudam com o tempo.',
    code: 'Digite os seis dígitos que o aplicativo mostrar em seguida.',
    label: 'Código de seis dígitos',
    missing: 'Digite os seis dígitos que o aplicativo mostra.',
    wrong:
      'Esse código não está certo. Digite o que o aplicativo mostra agora; se continuar falhando, deixe o relógio do dispositivo no automático.',
    expired:
      'Demorou demais, por isso há um novo quadrado para escanear. Apague a entrada antiga do aplicativo.',
  },
  passkey: {
    title: 'Adicionar uma chave de acesso',
    heading: 'Adicionar uma chave de acesso',
    about:
      'Seu navegador pergunta onde guardá-la: neste dispositivo, em um gerenciador de senhas ou em uma chave de segurança.',
  },
};
