import { isolateInRtl as isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountChoice: Messages['accountChoice'] = {
  title: 'اختيار حساب',
  heading: 'اختيار حساب',
  text: (client) => `ما الحساب الذي تريد استخدامه مع ${isolate(client)}؟`,
  continue: 'المتابعة بهذا الحساب',
};
