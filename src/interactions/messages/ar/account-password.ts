import type { Messages } from '../catalogue.ts';

export const accountPassword: Messages['accountPassword'] = {
  changed: (date) => `آخر تغيير: ${date}.`,
  none: 'ليس لحسابك كلمة مرور. يمكنك تعيين واحدة وتسجيل الدخول بها أيضًا.',
  password: 'كلمة المرور الجديدة',
  again: 'كلمة المرور الجديدة مرة أخرى',
  ends: 'سيتم تسجيل الخروج من كل متصفح وجهاز وتطبيق آخر.',
  submit: 'تعيين كلمة مرور جديدة',
};
