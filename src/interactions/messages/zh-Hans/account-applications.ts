import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountApplications: Messages['accountApplications'] = {
  lead: '以下应用可以使用您的账号。您撤销的权限会立即失效。',
  none: '没有应用可以访问您的账号。',
  since: (date) => `自${date}起`,
  lastUsed: (when) => `上次使用：${when}`,
  ours: (site) => `属于 ${isolate(site)}：使用时无需征得您的同意。`,
  able: '它可以做什么',
  withdraw: '撤销访问权限',
  withdrawNamed: (application) => `撤销访问权限：${isolate(application)}`,
};
