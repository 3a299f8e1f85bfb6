import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const logout: Messages['logout'] = {
  title: 'تسجيل الخروج',
  heading: (site) => `هل تريد تسجيل الخروج من ${isolate(site)}؟`,
  text: 'سيطلب منك التطبيق التالي الذي تفتحه تسجيل الدخول من جديد.',
  askedBy: (client) => `طلب ${isolate(client)} تسجيل خروجك.`,
  confirm: 'تسجيل الخروج',
  stay: 'البقاء مسجّل الدخول',
  doneTitle: 'تم تسجيل الخروج',
  doneHeading: 'سجّلت الخروج',
  doneText: 'على جهاز كمبيوتر مشترك، أغلق جميع نوافذ المتصفح أيضًا.',
  clientDoneHeading: (client) => `سجّلت الخروج من ${isolate(client)}`,
  clientDoneText: (site) => `ما زلت مسجّل الدخول إلى ${isolate(site)}.`,
};
