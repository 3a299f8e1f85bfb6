import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const upstream: Messages['upstream'] = {
  label: 'Entrar com outro provedor',
  continueWith: (provider) => `Continuar com ${isolate(provider)}`,
  problems: {
    refused: (provider) =>
      `Você não entrou com ${isolate(provider)}. Tente de novo ou use outra forma.`,
    expired: (provider) =>
      `A entrada com ${isolate(provider)} demorou demais ou já tinha terminado. Tente de novo.`,
    not_recent: (provider) =>
      `${isolate(provider)} não confirmou que era você agora há pouco. Confirme de outra forma.`,
    unreachable: (provider) =>
      `Não é possível contatar ${isolate(provider)} no momento. Tente daqui a pouco ou use outra forma.`,
    invalid_response: (provider) =>
      `A entrada com ${isolate(provider)} não funcionou. Tente de novo ou use outra forma.`,
    misconfigured: (provider) =>
      `A entrada com ${isolate(provider)} não funciona no momento. Use outra forma.`,
    not_registered: (provider) =>
      `Não há uma conta aqui para quem você é em ${isolate(provider)}. Se você tem uma, entre nela de outra forma.`,
  },
  unlinked: (provider) =>
    `Você entrou com ${isolate(provider)}, mas nenhuma conta daqui está vinculada ainda.`,
  unlinkedAs: (provider, who) =>
    `Você entrou com ${isolate(provider)} como ${isolate(who)}, mas nenhuma conta daqui está vinculada ainda.`,
  signInToLink: 'Entre uma vez na sua conta para vinculá-la.',
  leaving: (provider) => `Continuar para ${isolate(provider)}`,
  returning: 'Entrando',
  moment: 'Isso leva um momento.',
  moveOn: 'Continuar',
  linkTitle: (provider) => `Vincular ${isolate(provider)}`,
  linkHeading: (provider) => `Vincular ${isolate(provider)}?`,
  linkText: (provider) =>
    `De agora em diante, você pode entrar nesta conta com ${isolate(provider)}.`,
  linkTextAs: (provider, who) =>
    `De agora em diante, quem entrar com ${isolate(provider)} como ${isolate(who)} pode entrar nesta conta.`,
  linkWarning: 'Vincule somente se for você.',
  link: 'Vincular',
  notNow: 'Agora não',
};
