import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const signIn: Messages['signIn'] = {
  title: 'ログイン',
  heading: 'ログイン',
  lead: (client) => `${isolate(client)} に進むにはログインしてください`,
  confirmTitle: 'ご本人の確認',
  confirmHeading: 'ご本人の確認',
  confirmLead: (client) => `${isolate(client)} に進むには、パスワードをもう一度入力してください`,
  otherAccount: (client) =>
    `${isolate(client)} は、現在ログインしているものとは別のアカウントを求めています。`,
  identifier: 'ユーザー名またはメールアドレス',
  password: 'パスワード',
  remember: 'このデバイスでログインしたままにする',
  submit: 'ログイン',
  confirmSubmit: '続ける',
  cancel: 'キャンセル',
  missingIdentifier: 'ユーザー名またはメールアドレスを入力してください。',
  missingPassword: 'パスワードを入力してください。',
  rejected:
    'ユーザー名またはメールアドレスとパスワードが一致しません。両方を確認して、もう一度お試しください。',
  locked: (wait) => `ログインの試行回数が多すぎます。${wait}待ってから、もう一度お試しください。`,
};
