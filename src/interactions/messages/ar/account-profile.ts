import type { Messages } from '../catalogue.ts';

export const accountProfile: Messages['accountProfile'] = {
  lead: 'ترى التطبيقات التي تسمح لها بالاطلاع على ملفك الشخصي ما تكتبه هنا. كل شيء اختياري.',
  save: 'حفظ',
  problem: 'لم يُحفظ أي شيء بعد. تحقق من الحقول المحدّدة.',
  groups: {
    name: 'الاسم',
    preferences: 'اللغة والوقت',
    contact: 'معلومات الاتصال',
    address: 'العنوان البريدي',
  },
  fields: {
    name: {
      label: 'الاسم الكامل',
      hint: 'كما ينبغي أن يظهر',
      problem: 'استخدم 255 حرفًا على الأكثر.',
    },
    given_name: { label: 'الاسم الأول', hint: '', problem: 'استخدم 255 حرفًا على الأكثر.' },
    family_name: { label: 'اسم العائلة', hint: '', problem: 'استخدم 255 حرفًا على الأكثر.' },
    nickname: { label: 'اللقب', hint: '', problem: 'استخدم 255 حرفًا على الأكثر.' },
    birthdate: { label: 'تاريخ الميلاد', hint: '', problem: 'أدخل يومًا مثل ⁨1980-02-29⁩.' },
    locale: { label: 'اللغة', hint: 'لغة هذه الصفحات ورسائلنا', problem: 'اختر لغة من القائمة.' },
    zoneinfo: { label: 'المنطقة الزمنية', hint: '', problem: 'اختر منطقة زمنية من القائمة.' },
    phone_number: {
      label: 'رقم الهاتف',
      hint: 'مع رمز البلد، مثل ⁨+20 2 5555 0123⁩',
      problem: 'أدخل رقم هاتف مثل ⁨+20 2 5555 0123⁩.',
    },
    website: {
      label: 'الموقع الإلكتروني',
      hint: '',
      problem: 'أدخل عنوانًا يبدأ بـ ⁨https://⁩ أو ⁨http://⁩.',
    },
    picture: {
      label: 'الصورة',
      hint: 'عنوان صورة على الويب',
      problem: 'أدخل عنوانًا يبدأ بـ ⁨https://⁩ أو ⁨http://⁩.',
    },
    street_address: { label: 'الشارع ورقم المبنى', hint: '', problem: 'استخدم أحرفًا أقل.' },
    postal_code: { label: 'الرمز البريدي', hint: '', problem: 'استخدم أحرفًا أقل.' },
    locality: { label: 'المدينة', hint: '', problem: 'استخدم أحرفًا أقل.' },
    region: { label: 'المحافظة أو المنطقة', hint: '', problem: 'استخدم أحرفًا أقل.' },
    country: { label: 'البلد', hint: '', problem: 'استخدم أحرفًا أقل.' },
  },
  noChoice: 'غير محدّد',
};
