import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const expired: Messages['expired'] = {
  title: 'انتهت صلاحية عملية تسجيل الدخول هذه',
  text: 'بقيت مفتوحة مدة طويلة، أو اكتملت من قبل، أو لم تعد ملفات تعريف الارتباط الخاصة بها في هذا المتصفح.',
  next: 'ارجع إلى التطبيق وابدأ من جديد.',
  nextClient: (client) => `ارجع إلى ${isolate(client)} وابدأ من جديد.`,
  back: (client) => `العودة إلى ${isolate(client)}`,
};
