import type { Messages } from '../catalogue.ts';

export const accountPassword: Messages['accountPassword'] = {
  changed: (date) => `最終変更日：${date}。`,
  none: 'アカウントにパスワードがありません。設定すると、パスワードでもログインできます。',
  password: '新しいパスワード',
  again: '新しいパスワード（確認）',
  ends: 'ほかのすべてのブラウザー、デバイス、アプリからログアウトされます。',
  submit: '新しいパスワードを設定',
};
