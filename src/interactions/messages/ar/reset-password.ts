import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const resetPassword: Messages['resetPassword'] = {
  title: 'تعيين كلمة مرور جديدة',
  heading: 'تعيين كلمة مرور جديدة',
  lead: (username) => `للحساب ${isolate(username)}`,
  password: 'كلمة المرور الجديدة',
  again: 'كلمة المرور الجديدة مرة أخرى',
  rules: (characters) =>
    `عدد الأحرف ${characters} على الأقل، والأفضل 15 أو أكثر. يمكنك استخدام بضع كلمات.`,
  ends: 'سيؤدي ذلك إلى تسجيل خروجك من كل مكان.',
  submit: 'تعيين كلمة المرور',
  missing: 'أدخل كلمة مرور جديدة.',
  tooShort: (characters) => `يجب ألا يقل عدد الأحرف عن ${characters}.`,
  tooLong: 'هذه الكلمة طويلة جدًا. استخدم كلمة مرور أقصر.',
  common:
    'يستخدم كثير من الناس كلمة المرور هذه أو ما يشبهها. من الأفضل استخدام بضع كلمات لا صلة بينها.',
  pattern: 'هذا نمط يسهل تخمينه. من الأفضل استخدام بضع كلمات لا صلة بينها.',
  personal: 'لا تزيد هذه كثيرًا على بياناتك أو اسم هذه الخدمة. استخدم شيئًا آخر.',
  different: 'كلمتا المرور غير متطابقتين.',
  doneTitle: 'تم تغيير كلمة المرور',
  doneHeading: 'تم تغيير كلمة المرور',
  doneText: 'تم تسجيل خروجك من كل مكان. ارجع إلى التطبيق وسجّل الدخول بكلمة المرور الجديدة.',
  invalidTitle: 'لم يعد هذا الرابط صالحًا',
  invalidText: 'إما أنه استُخدم أو انتهت صلاحيته أو أنه غير كامل. اطلب رابطًا جديدًا.',
};
