import type { Messages } from '../catalogue.ts';

export const account: Messages['account'] = {
  signedInAs: 'الحساب الحالي',
  signingInAs: 'تسجيل الدخول بالحساب',
  notYou: 'لست أنت؟',
};
