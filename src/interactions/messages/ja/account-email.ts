import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountEmail: Messages['accountEmail'] = {
  confirmed: '確認済み',
  notConfirmed: '未確認',
  none: 'アカウントにメールアドレスがありません。',
  use: 'アカウントの安全についてのお知らせを送り、アカウントを取り戻すときにも使います。',
  change: 'メールアドレスを変更',
  add: 'メールアドレスを追加',
  noMail:
    'このサイトはメールを送らないため、ここではアドレスを変更できません。お問い合わせください。',
  confirm: 'このアドレスを確認',
  confirmLead: (address) => `ほかの人に使われないように、${isolate(address)} にコードを送ります。`,
  send: 'コードを送信',
  sent: (address) => `${isolate(address)} にコードを送りました。コードは 10 分間有効です。`,
  confirmSubmit: '確認する',
  changeLead: '新しいアドレスにコードを送ります。現在のアドレスでの承認も必要です。',
  changeLeadAlone: '新しいアドレスにコードを送ります。',
  newAddress: '新しいメールアドレス',
  same: '現在と同じアドレスです。',
  throttled: (wait) => `回数が多すぎます。${wait}待ってから、もう一度お試しください。`,
  changeSubmit: '続ける',
  pendingHeading: (address) => `${isolate(address)} への変更`,
  codeLead: (address) =>
    `${isolate(address)} にメールを送りました。コードが書かれていれば、ここに入力してください。`,
  proved: (address) => `${isolate(address)} は確認済みです。`,
  awaits: (address) =>
    `${isolate(address)} にリンクを送りました。そのメールを開いて、変更を承認してください。`,
  approved: (address) => `${isolate(address)} で承認されました。`,
  until: (date) => `有効期限：${date}。`,
  cancel: '現在のアドレスのままにする',
  taken: 'そのアドレスは使えません。別のアドレスで、最初からやり直してください。',
  gone: 'この変更は終了しています。最初からやり直してください。',
  approveTitle: 'メールアドレスの変更',
  approveHeading: 'メールアドレスを変更しますか？',
  approveLead: (from, to) =>
    `アカウントにログインしている方が、アドレスを ${isolate(from)} から ${isolate(to)} に変更しようとしています。`,
  approve: '変更する',
  refuse: '心当たりがない',
  approvedTitle: '承認しました',
  approvedText: (address) =>
    `${isolate(address)} に送られたコードがアカウントのページで入力されると、アドレスが変わります。`,
  changedTitle: 'メールアドレスを変更しました',
  changedText: (address) => `今後のお知らせは ${isolate(address)} に送ります。`,
  refusedTitle: 'アドレスは元のままです',
  refusedText:
    'ほかの誰かがアカウントにログインしている可能性があります。今すぐ新しいパスワードを設定してください。ほかの人はすべてログアウトされます。',
  newPassword: '新しいパスワードを設定',
  toAccount: 'アカウントに進む',
  invalidTitle: 'このリンクはもう使えません',
  invalidText: '使用済みか、期限切れか、不完全です。何も変更されていません。',
};
