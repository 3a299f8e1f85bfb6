import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const expired: Messages['expired'] = {
  title: 'Cette connexion a expiré',
  text: 'Elle est restée ouverte trop longtemps, était déjà terminée, ou ce navigateur n’a plus ses cookies.',
  next: 'Retournez à l’application et recommencez.',
  nextClient: (client) => `Retournez à ${isolate(client)} et recommencez.`,
  back: (client) => `Retour à ${isolate(client)}`,
};
