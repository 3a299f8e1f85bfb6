import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountApplications: Messages['accountApplications'] = {
  lead: 'Diese Anwendungen können Ihr Konto verwenden. Was Sie zurücknehmen, endet sofort.',
  none: 'Keine Anwendung hat Zugriff auf Ihr Konto.',
  since: (date) => `Seit ${date}`,
  lastUsed: (when) => `Zuletzt verwendet: ${when}`,
  ours: (site) => `Gehört zu ${isolate(site)} und darf verwendet werden, ohne Sie zu fragen.`,
  able: 'Was sie kann',
  withdraw: 'Zugriff entziehen',
  withdrawNamed: (application) => `${isolate(application)} den Zugriff entziehen`,
};
