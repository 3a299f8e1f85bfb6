import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountMethods: Messages['accountMethods'] = {
  lead: 'مفتاح المرور أو الخطوة الثانية يُبقي خارجًا كل من يعرف كلمة مرورك.',
  on: 'مفعّل',
  off: 'غير مفعّل',
  none: 'لا يوجد',
  passkeys: 'مفاتيح المرور',
  app: 'تطبيق المصادقة',
  recoveryCodes: 'رموز الاسترداد',
  left: (count) => `المتبقي: ${count}`,
  browsers: 'المتصفحات المحفوظة',
  connected: 'الحسابات المرتبطة',
  added: (date) => `تاريخ الإضافة: ${date}`,
  lastUsed: (when) => `آخر استخدام: ${when}`,
  neverUsed: 'لم يُستخدم بعد',
  remove: 'إزالة',
  removeNamed: (name) => `إزالة ${isolate(name)}`,
  required: 'يطلب هذا الموقع خطوة ثانية. أضف خطوة أخرى قبل إزالة هذه.',
  onlyWay: 'هذا هو السبيل الوحيد إلى حسابك. عيّن كلمة مرور قبل إزالته.',
};

export const accountPasskeys: Messages['accountPasskeys'] = {
  lead: 'تسجّل الدخول ببصمتك أو وجهك أو رقم سري أو مفتاح أمان. لا شيء تكتبه، ولا شيء يمكن لأحد أن يسرقه منك.',
  none: 'ليس لديك مفتاح مرور بعد.',
  unavailable: 'لا تعمل مفاتيح المرور على هذا العنوان.',
  addLead: 'يسألك متصفحك أين يحفظه، ومن أنت.',
  synced: 'على عدة أجهزة',
  oneDevice: 'على جهاز واحد',
  rename: 'تغيير الاسم',
  renameNamed: (name) => `تغيير الاسم: ${isolate(name)}`,
  newName: 'الاسم الجديد',
  save: 'حفظ',
  add: 'إضافة مفتاح مرور',
};

export const accountApp: Messages['accountApp'] = {
  lead: 'يعرض تطبيق على هاتفك رمزًا جديدًا كل 30 ثانية. نطلبه منك بعد كلمة المرور.',
  setUp: 'إعداد تطبيق',
  replace: 'إعداد تطبيق آخر مكانه',
  name: 'تطبيق المصادقة',
};

export const accountRecoveryCodes: Messages['accountRecoveryCodes'] = {
  lead: 'إذا فقدت هاتفك أو مفتاح المرور، فأحد هذه الرموز يتيح لك الدخول. يعمل كل منها مرة واحدة.',
  noFactor: 'تنوب هذه الرموز عن مفتاح مرور أو تطبيق مصادقة. أعِدّ أحدهما أولاً.',
  few: 'لم يبق لديك سوى رموز قليلة. أنشئ رموزًا جديدة.',
  make: 'إنشاء رموز جديدة',
  replaces: 'ستتوقف الرموز التي لديك الآن عن العمل.',
};

export const accountBrowsers: Messages['accountBrowsers'] = {
  lead: 'في هذه المتصفحات اخترت ألا تُطلب منك الخطوة الثانية لمدة 30 يومًا.',
  none: 'لا يوجد متصفح محفوظ. تُطلب الخطوة الثانية عند كل تسجيل دخول.',
  remembered: (date, address) =>
    address === '' ? `تاريخ الحفظ: ${date}` : `تاريخ الحفظ: ${date}، من ${isolate(address)}`,
  until: (date) => `حتى ${date}`,
  forget: 'نسيان',
  forgetNamed: (browser) => `نسيان ${isolate(browser)}`,
  forgetAll: 'نسيانها كلها',
};

export const accountConnected: Messages['accountConnected'] = {
  lead: 'يمكنك تسجيل الدخول بحساباتك في أماكن أخرى.',
  none: 'لا يوجد حساب مرتبط.',
  as: (who) => `باسم ${isolate(who)}`,
  connect: (provider) => `ربط ${isolate(provider)}`,
  disconnect: 'إلغاء الربط',
  disconnectNamed: (provider) => `إلغاء الربط: ${isolate(provider)}`,
  taken: (provider) => `ذلك الحساب لدى ${isolate(provider)} مرتبط هنا بحساب آخر.`,
};
