import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountData: Messages['accountData'] = {
  downloadTitle: 'Uma cópia dos seus dados',
  downloadText:
    'Um arquivo com tudo o que está guardado da sua conta: perfil, formas de entrar, sessões, aplicativos e atividade. Nele não há nenhuma senha.',
  download: 'Baixar meus dados',
  deleteTitle: 'O fim da sua conta',
  deleteText: 'Tudo o que está guardado dela desaparece para sempre.',
  toDelete: 'Excluir minha conta',
};

export const deleteAccount: Messages['deleteAccount'] = {
  title: 'Excluir sua conta',
  lead: (site) =>
    `Sua conta em ${isolate(site)} desaparecerá para sempre. Ninguém poderá recuperá-la.`,
  profile: 'Seu perfil e suas formas de entrar são excluídos.',
  access: 'Você sai de todos os lugares, e nenhum aplicativo tem mais acesso.',
  elsewhere: 'O que os aplicativos guardaram sobre você fica com eles. Peça que apaguem.',
  copyFirst: 'Você quer uma cópia? Baixe seus dados primeiro.',
  sure: 'Sei que isso não pode ser desfeito',
  missing: 'Confirme que você sabe que isso não pode ser desfeito.',
  submit: 'Excluir minha conta',
  keep: 'Manter minha conta',
  doneTitle: 'Sua conta foi excluída',
  doneText: 'Tudo o que estava guardado dela desapareceu. Até logo.',
};
