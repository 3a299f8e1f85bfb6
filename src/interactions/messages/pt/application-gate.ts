import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const gate: Messages['gate'] = {
  title: (application) => `Sem acesso a ${isolate(application)}`,
  heading: (application) => `Você não tem acesso a ${isolate(application)}`,
  text: (application) =>
    `Sua conta funciona, mas ninguém deu a ela acesso a ${isolate(application)} ainda. Peça acesso a quem administra ${isolate(application)} ou use outra conta.`,
  leave: (client) => `Voltar a ${isolate(client)}`,
  switch: 'Usar outra conta',
};
