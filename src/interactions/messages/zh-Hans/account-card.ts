import type { Messages } from '../catalogue.ts';

export const account: Messages['account'] = {
  signedInAs: '当前登录账号',
  signingInAs: '正在登录的账号',
  notYou: '不是您？',
};
