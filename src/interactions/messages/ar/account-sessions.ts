import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountSessions: Messages['accountSessions'] = {
  lead: 'سجّل الخروج من كل مكان لا تتعرّف فيه على نفسك، ثم عيّن كلمة مرور جديدة.',
  here: 'هذا المتصفح',
  browserOn: (browser, system) => `${isolate(browser)} على ${isolate(system)}`,
  unknownBrowser: 'متصفح غير معروف',
  seen: (when, address) => `آخر استخدام: ${when}، من ${isolate(address)}`,
  seenSomewhere: (when) => `آخر استخدام: ${when}`,
  signedIn: (date) => `تسجيل الدخول: ${date}`,
  used: (applications) => `مستخدم مع ${isolate(applications)}`,
  end: 'تسجيل الخروج',
  endNamed: (browser) => `تسجيل الخروج من ${isolate(browser)}`,
  endOthers: 'تسجيل الخروج من كل مكان آخر',
  alone: 'لست مسجّل الدخول في أي مكان آخر.',
};
