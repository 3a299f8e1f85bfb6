import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const gate: Messages['gate'] = {
  title: (application) => `Pas d’accès à ${isolate(application)}`,
  heading: (application) => `Vous n’avez pas accès à ${isolate(application)}`,
  text: (application) =>
    `Votre compte fonctionne, mais personne ne lui a encore donné accès à ${isolate(application)}. Demandez l’accès à la personne qui gère ${isolate(application)}, ou utilisez un autre compte.`,
  leave: (client) => `Retour à ${isolate(client)}`,
  switch: 'Utiliser un autre compte',
};
