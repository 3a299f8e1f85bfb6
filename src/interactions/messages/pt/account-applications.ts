import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountApplications: Messages['accountApplications'] = {
  lead: 'Estes aplicativos podem usar sua conta. O que você retirar termina na hora.',
  none: 'Nenhum aplicativo tem acesso à sua conta.',
  since: (date) => `Desde ${date}`,
  lastUsed: (when) => `Último uso: ${when}`,
  ours: (site) => `Faz parte de ${isolate(site)}: pode ser usado sem perguntar a você.`,
  able: 'O que ele pode fazer',
  withdraw: 'Retirar acesso',
  withdrawNamed: (application) => `Retirar acesso de ${isolate(application)}`,
};
