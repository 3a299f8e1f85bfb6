import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountData: Messages['accountData'] = {
  downloadTitle: 'نسخة من بياناتك',
  downloadText:
    'ملف واحد فيه كل ما هو محفوظ عن حسابك: الملف الشخصي، وطرق تسجيل الدخول، والجلسات، والتطبيقات، والنشاط. لا توجد فيه كلمة مرور.',
  download: 'تنزيل بياناتي',
  deleteTitle: 'نهاية حسابك',
  deleteText: 'يزول كل ما هو محفوظ عنه نهائيًا.',
  toDelete: 'حذف حسابي',
};

export const deleteAccount: Messages['deleteAccount'] = {
  title: 'حذف الحساب',
  lead: (site) => `سيزول حسابك لدى ${isolate(site)} نهائيًا. لا يستطيع أحد إعادته.`,
  profile: 'يُحذف ملفك الشخصي وطرق تسجيل دخولك.',
  access: 'يتم تسجيل خروجك من كل مكان، ولا يبقى لأي تطبيق وصول.',
  elsewhere: 'ما حفظته التطبيقات عنك يبقى لديها. اطلب منها حذفه.',
  copyFirst: 'هل تريد نسخة؟ نزّل بياناتك أولاً.',
  sure: 'أعلم أنه لا يمكن التراجع عن هذا',
  missing: 'أكّد أنك تعلم أنه لا يمكن التراجع عن هذا.',
  submit: 'حذف حسابي',
  keep: 'الاحتفاظ بحسابي',
  doneTitle: 'تم حذف حسابك',
  doneText: 'زال كل ما كان محفوظًا عنه. إلى اللقاء.',
};
