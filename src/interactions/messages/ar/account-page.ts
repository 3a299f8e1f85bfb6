import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountPage: Messages['accountPage'] = {
  title: 'حسابك',
  skip: 'الانتقال إلى المحتوى',
  signOut: 'تسجيل الخروج',
  sections: {
    overview: { title: 'نظرة عامة', detail: '' },
    profile: { title: 'الملف الشخصي', detail: 'الاسم واللغة والهاتف والعنوان' },
    password: { title: 'كلمة المرور', detail: 'تعيين كلمة مرور جديدة' },
    sessions: { title: 'أماكن تسجيل دخولك', detail: 'المتصفحات والأجهزة، وتسجيل الخروج منها' },
    applications: { title: 'التطبيقات التي لديها وصول', detail: 'ما يمكنها فعله، وسحب ذلك منها' },
    email: { title: 'البريد الإلكتروني', detail: 'حيث نكتب إليك' },
    methods: {
      title: 'طرق تسجيل الدخول',
      detail: 'مفاتيح المرور، والخطوة الثانية، ورموز الاسترداد',
    },
  },
  done: {
    profile_saved: 'تم حفظ ملفك الشخصي.',
    password_changed: 'تم تغيير كلمة المرور، وتم تسجيل الخروج من كل متصفح آخر.',
    session_ended: 'تم تسجيل الخروج من ذلك المتصفح.',
    sessions_ended: 'تم تسجيل الخروج من كل متصفح آخر.',
    access_removed: 'لم يعد لدى التطبيق وصول إلى حسابك.',
    email_change_begun: 'تحقق من بريدك الإلكتروني. ينتظر التغيير ما هو مذكور هنا.',
    email_code_sent: 'هناك رمز آخر في طريقه إليك. لم يعد الرمز السابق صالحًا.',
    email_change_cancelled: 'يبقى العنوان كما هو.',
    email_proved: 'تم تأكيد العنوان الجديد.',
    email_changed: 'تم تغيير بريدك الإلكتروني.',
    email_confirmed: 'تم تأكيد بريدك الإلكتروني.',
    app_added: 'تم إعداد تطبيقك. من الآن فصاعدًا نطلب رموزه.',
    app_removed: 'تمت إزالة التطبيق. لم تعد رموزه تعمل.',
    recovery_codes_saved: 'احتفظ برموز الاسترداد حيث لا يجدها أحد غيرك.',
    passkey_added: 'تمت إضافة مفتاح المرور. يمكنك تسجيل الدخول به الآن.',
    passkey_renamed: 'تم حفظ الاسم.',
    passkey_removed: 'تمت إزالة مفتاح المرور. احذفه من جهازك أيضًا.',
    browser_forgotten: 'تم نسيان ذلك المتصفح.',
    browsers_forgotten: 'تم نسيان جميع المتصفحات.',
    account_connected: 'تم ربط الحساب. يمكنك تسجيل الدخول به الآن.',
    account_disconnected: 'تم إلغاء ربط الحساب.',
  },
  signedInTo: (site) => `أنت مسجّل الدخول إلى ${isolate(site)}.`,
  refused: {
    title: 'لم تسجّل الدخول',
    text: 'غادرت قبل اكتمال تسجيل الدخول. بقي حسابك كما كان.',
    again: 'تسجيل الدخول',
  },
  noCookie: {
    title: 'هذا المتصفح لا يحتفظ بملفات تعريف الارتباط',
    text: 'سجّلت الدخول، لكن المتصفح لم يحتفظ بذلك. اسمح بملفات تعريف الارتباط لهذا الموقع، ثم حاول مرة أخرى.',
    again: 'المحاولة مرة أخرى',
  },
};
