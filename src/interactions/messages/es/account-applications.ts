import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountApplications: Messages['accountApplications'] = {
  lead: 'Estas aplicaciones pueden usar tu cuenta. Lo que retires termina enseguida.',
  none: 'Ninguna aplicación tiene acceso a tu cuenta.',
  since: (date) => `Desde el ${date}`,
  lastUsed: (when) => `Último uso: ${when}`,
  ours: (site) => `Forma parte de ${isolate(site)}: puede usarse sin preguntarte.`,
  able: 'Qué puede hacer',
  withdraw: 'Retirar el acceso',
  withdrawNamed: (application) => `Retirar el acceso de ${isolate(application)}`,
};
