import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const signIn: Messages['signIn'] = {
  title: 'تسجيل الدخول',
  heading: 'تسجيل الدخول',
  lead: (client) => `للمتابعة إلى ${isolate(client)}`,
  confirmTitle: 'تأكيد هويتك',
  confirmHeading: 'تأكيد هويتك',
  confirmLead: (client) => `أدخل كلمة المرور مرة أخرى للمتابعة إلى ${isolate(client)}`,
  otherAccount: (client) => `يطلب ${isolate(client)} حسابًا مختلفًا عن الحساب الذي سجّلت الدخول به.`,
  identifier: 'اسم المستخدم أو البريد الإلكتروني',
  password: 'كلمة المرور',
  remember: 'إبقائي مسجّل الدخول على هذا الجهاز',
  submit: 'تسجيل الدخول',
  confirmSubmit: 'متابعة',
  cancel: 'إلغاء',
  missingIdentifier: 'أدخل اسم المستخدم أو البريد الإلكتروني.',
  missingPassword: 'أدخل كلمة المرور.',
  rejected: 'اسم المستخدم أو البريد الإلكتروني لا يطابق كلمة المرور. تحقق منهما وحاول مرة أخرى.',
  locked: (wait) =>
    `جرت محاولات كثيرة جدًا لتسجيل الدخول. مدة الانتظار قبل المحاولة مرة أخرى: ${wait}.`,
};
