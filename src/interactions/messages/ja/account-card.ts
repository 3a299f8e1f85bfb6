import type { Messages } from '../catalogue.ts';

export const account: Messages['account'] = {
  signedInAs: 'ログイン中のアカウント',
  signingInAs: 'ログインするアカウント',
  notYou: '切り替え',
};
