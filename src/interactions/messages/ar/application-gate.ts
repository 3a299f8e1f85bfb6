import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const gate: Messages['gate'] = {
  title: (application) => `لا يمكن الوصول إلى ${isolate(application)}`,
  heading: (application) => `ليس لديك إذن بالوصول إلى ${isolate(application)}`,
  text: (application) =>
    `حسابك يعمل، لكن لم يمنحه أحد بعد إذن الوصول إلى ${isolate(application)}. اطلب الإذن من المسؤول عن ${isolate(application)} أو استخدم حسابًا آخر.`,
  leave: (client) => `العودة إلى ${isolate(client)}`,
  switch: 'استخدام حساب آخر',
};
