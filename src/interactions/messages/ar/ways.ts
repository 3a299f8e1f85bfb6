import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const ways: Messages['ways'] = {
  label: 'طرق أخرى لتسجيل الدخول',
  recover: 'هل نسيت كلمة المرور؟',
  email_code: 'إرسال رمز بالبريد الإلكتروني بدلاً من ذلك',
  register: 'إنشاء حساب',
  password: 'تسجيل الدخول بكلمة مرور',
};

export const recover: Messages['recover'] = {
  title: 'طلب كلمة مرور جديدة',
  heading: 'هل نسيت كلمة المرور؟',
  lead: 'أخبرنا من أنت، وسنرسل إليك بالبريد الإلكتروني رابطًا لتعيين كلمة مرور جديدة.',
  submit: 'إرسال الرابط',
  sentTitle: 'تحقق من بريدك الإلكتروني',
  sentHeading: 'تحقق من بريدك الإلكتروني',
  sentText:
    'إذا كان هناك حساب بهذا الاسم، فهناك رابط في طريقه إلى عنوانه. يعمل الرابط لمدة 20 دقيقة.',
  sentHint: 'لم يصل شيء؟ ابحث في البريد غير المرغوب فيه، أو جرّب اسمًا آخر ربما استخدمته.',
  again: 'المحاولة مرة أخرى',
};

export const emailCode: Messages['emailCode'] = {
  title: 'تسجيل الدخول برمز',
  heading: 'تسجيل الدخول برمز',
  lead: 'نرسل إليك بالبريد الإلكتروني رمزًا من ستة أرقام. يعمل الرمز لمدة 10 دقائق.',
  submit: 'إرسال الرمز',
  codeTitle: 'إدخال الرمز',
  codeHeading: 'تحقق من بريدك الإلكتروني',
  codeLead: 'إذا كان هناك حساب بهذا الاسم، فهناك رمز في طريقه إلى عنوانه.',
};

export const register: Messages['register'] = {
  title: 'إنشاء حساب',
  heading: 'إنشاء حساب',
  lead: (client) => `للمتابعة إلى ${isolate(client)}`,
  email: 'البريد الإلكتروني',
  emailHint: 'نرسل رمزًا إليه. وستسجّل الدخول به لاحقًا.',
  name: 'الاسم',
  nameHint: 'الاسم الذي يناديك به الناس.',
  password: 'كلمة المرور',
  submit: 'متابعة',
  haveOne: 'لديّ حساب',
  terms: 'بالمتابعة، فإنك تقبل شروط هذا الموقع.',
  codeTitle: 'تأكيد بريدك الإلكتروني',
  codeHeading: 'تحقق من بريدك الإلكتروني',
  codeLead: (address) => `أرسلنا رسالة إلى ${isolate(address)}. إذا كان فيها رمز، فأدخله هنا.`,
  codeSubmit: 'إنشاء الحساب',
  problems: {
    email: {
      missing: 'أدخل بريدك الإلكتروني.',
      malformed: 'هذا ليس عنوان بريد إلكتروني. يكون على شكل \u2068name@example.com\u2069.',
      mixed_scripts: 'يخلط هذا العنوان حروفًا من أبجديات مختلفة. استخدم عنوانًا آخر.',
    },
    name: {
      missing: 'أدخل اسمك.',
      too_long: 'هذا الاسم طويل جدًا. استخدم صيغة أقصر منه.',
      unprintable: 'في هذا الاسم أحرف لا يمكن عرضها. اكتبه من جديد.',
    },
  },
};

export const verifyEmail: Messages['verifyEmail'] = {
  title: 'تأكيد بريدك الإلكتروني',
  heading: 'تأكيد بريدك الإلكتروني',
  lead: (address) => `لم يؤكد أحد ${isolate(address)} بعد. نرسل رمزًا إليه حتى لا يستخدمه أحد غيرك.`,
  send: 'إرسال الرمز',
  later: 'ليس الآن',
  codeLead: (address) => `أرسلنا رمزًا إلى ${isolate(address)}. يعمل الرمز لمدة 10 دقائق.`,
  codeSubmit: 'تأكيد',
};

export const mailedCode: Messages['mailedCode'] = {
  label: 'الرمز',
  hint: 'ستة أرقام.',
  submit: 'متابعة',
  resend: 'إرسال رمز آخر',
  resent: 'هناك رمز آخر في طريقه إليك. لم يعد الرمز السابق صالحًا.',
  missing: 'أدخل الرمز الموجود في الرسالة.',
  rejected: 'هذا ليس الرمز الصحيح. تحقق منه وحاول مرة أخرى.',
  expired: 'لم يعد هذا الرمز صالحًا. اطلب رمزًا آخر.',
  locked: (wait) => `أُدخلت رموز خاطئة كثيرة جدًا. مدة الانتظار قبل المحاولة مرة أخرى: ${wait}.`,
  pause: (wait) =>
    `المدة المتبقية قبل طلب رمز آخر: ${wait}. ربما لا تزال هناك رسالة في طريقها إليك.`,
  missingName: 'أدخل اسم المستخدم أو البريد الإلكتروني.',
};

export const invitation: Messages['invitation'] = {
  title: 'إنشاء حسابك',
  heading: (site) => `مرحبًا بك في ${isolate(site)}`,
  lead: (address) => `تمت دعوتك إلى إنشاء حساب للعنوان ${isolate(address)}`,
  submit: 'إنشاء الحساب',
  doneTitle: 'حسابك جاهز',
  doneHeading: 'حسابك جاهز',
  doneText: 'سجّل الدخول ببريدك الإلكتروني وكلمة المرور التي اخترتها للتو.',
  goOn: 'الانتقال إلى حسابك',
  invalidTitle: 'لم تعد هذه الدعوة صالحة',
  invalidText: 'إما أنها استُخدمت أو انتهت صلاحيتها أو أنها غير كاملة. اطلب دعوة جديدة.',
  hasAccountTitle: 'لديك حساب بالفعل',
  hasAccountText: 'هناك حساب بهذا العنوان. سجّل الدخول إليه.',
};
