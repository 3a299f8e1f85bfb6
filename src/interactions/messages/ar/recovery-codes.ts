import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const recoveryCodes: Messages['recoveryCodes'] = {
  title: 'حفظ رموز الاسترداد',
  heading: 'احفظ رموز الاسترداد',
  lead: 'إذا فقدت هاتفك أو مفتاح المرور، فسيتيح لك أحد هذه الرموز الدخول. يعمل كل رمز مرة واحدة.',
  once: 'لن تراها إلا الآن. اطبعها أو احفظها في مدير كلمات المرور.',
  download: 'حفظ كملف',
  fileName: 'recovery-codes-ar.txt',
  fileHeading: (username, site) =>
    `رموز استرداد ${isolate(username)} في ${isolate(site)}. يعمل كل رمز مرة واحدة.`,
  printed: (username, site) => `${isolate(username)}، ${isolate(site)}`,
  submit: 'لقد حفظتها',
};
