import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const consent: Messages['consent'] = {
  title: (client) => `هل تسمح لتطبيق ${isolate(client)}؟`,
  asks: (client) => `يطلب ${isolate(client)} الوصول إلى حسابك`,
  continueTitle: (client) => `هل تريد المتابعة إلى ${isolate(client)}؟`,
  continues: (client) => `يريد ${isolate(client)} المتابعة بحسابك`,
  able: 'إذا سمحت، فسيتمكن التطبيق من:',
  alreadyAble: 'سبق أن سمحت للتطبيق بما يلي:',
  inApplication: (application) => `التصرف نيابةً عنك في ${isolate(application)}:`,
  thirdParty: (client, site) =>
    `${isolate(client)} ليس جزءًا من ${isolate(site)}. لا تسمح له إلا إذا كنت تثق به.`,
  returnsToHost: (host) => `ستنتقل بعد ذلك إلى ${isolate(host)}`,
  returnsToDevice: 'ستعود بعد ذلك إلى تطبيق على هذا الجهاز',
  about: (client) => `عن ${isolate(client)}`,
  website: 'الموقع الإلكتروني',
  privacy: 'سياسة الخصوصية',
  terms: 'الشروط',
  allow: 'السماح',
  continue: 'متابعة',
  deny: 'عدم السماح',
};

export const scopes: Messages['scopes'] = {
  openid: { title: 'التعرّف عليك', detail: 'معرّف لحسابك هنا، ولا شيء غير ذلك' },
  profile: {
    title: 'الاطلاع على ملفك الشخصي',
    detail: 'الاسم واسم المستخدم والصورة وما شابه ذلك',
  },
  email: { title: 'الاطلاع على بريدك الإلكتروني', detail: '' },
  phone: { title: 'الاطلاع على رقم هاتفك', detail: '' },
  address: { title: 'الاطلاع على عنوانك البريدي', detail: '' },
  roles: { title: 'الاطلاع على أدوارك في التطبيق', detail: '' },
  offline_access: {
    title: 'البقاء متصلاً أثناء غيابك',
    detail: 'يحتفظ التطبيق بهذا الوصول بعد إغلاقه أو تسجيل خروجك',
  },
};

export const claim: Messages['claim'] = (claim) =>
  `الاطلاع على هذه المعلومة عنك: ${isolate(claim)}`;

export const unknownScope: Messages['unknownScope'] = (scope) => `استخدام «${isolate(scope)}»`;

export const claims: Messages['claims'] = {
  name: 'الاسم',
  given_name: 'الاسم الأول',
  family_name: 'اسم العائلة',
  middle_name: 'الاسم الأوسط',
  nickname: 'اللقب',
  preferred_username: 'اسم المستخدم',
  profile: 'صفحة الملف الشخصي',
  picture: 'الصورة',
  website: 'الموقع الإلكتروني',
  email: 'البريد الإلكتروني',
  email_verified: 'تأكيد البريد الإلكتروني',
  gender: 'الجنس',
  birthdate: 'تاريخ الميلاد',
  zoneinfo: 'المنطقة الزمنية',
  locale: 'اللغة',
  phone_number: 'رقم الهاتف',
  phone_number_verified: 'تأكيد رقم الهاتف',
  address: 'العنوان البريدي',
  updated_at: 'آخر تغيير في الملف الشخصي',
  roles: 'الأدوار',
};
