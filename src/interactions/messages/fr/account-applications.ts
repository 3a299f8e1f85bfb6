import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountApplications: Messages['accountApplications'] = {
  lead: 'Ces applications peuvent utiliser votre compte. Ce que vous retirez prend fin aussitôt.',
  none: 'Aucune application n’a accès à votre compte.',
  since: (date) => `Depuis le ${date}`,
  lastUsed: (when) => `Dernière utilisation : ${when}`,
  ours: (site) => `Fait partie de ${isolate(site)} : son utilisation ne vous est pas demandée.`,
  able: 'Ce qu’elle peut faire',
  withdraw: 'Retirer l’accès',
  withdrawNamed: (application) => `Retirer l’accès de ${isolate(application)}`,
};
