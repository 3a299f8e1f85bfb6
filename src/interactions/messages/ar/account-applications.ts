import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountApplications: Messages['accountApplications'] = {
  lead: 'يمكن لهذه التطبيقات استخدام حسابك. وما تسحبه ينتهي فورًا.',
  none: 'لا يوجد تطبيق لديه وصول إلى حسابك.',
  since: (date) => `منذ ${date}`,
  lastUsed: (when) => `آخر استخدام: ${when}`,
  ours: (site) => `جزء من ${isolate(site)}: يمكن استخدامه دون سؤالك.`,
  able: 'ما يمكنه فعله',
  withdraw: 'إزالة الوصول',
  withdrawNamed: (application) => `إزالة الوصول: ${isolate(application)}`,
};
