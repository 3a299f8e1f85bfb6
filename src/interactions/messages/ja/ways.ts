import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const ways: Messages['ways'] = {
  label: '他のログイン方法',
  recover: 'パスワードを忘れた場合',
  email_code: 'メールでコードを受け取る',
  register: 'アカウントを作成',
  password: 'パスワードでログイン',
};

export const recover: Messages['recover'] = {
  title: '新しいパスワードの請求',
  heading: 'パスワードを忘れた場合',
  lead: 'ユーザー名などを入力してください。新しいパスワードを設定するためのリンクをメールで送ります。',
  submit: 'リンクを送信',
  sentTitle: 'メールを確認してください',
  sentHeading: 'メールを確認してください',
  sentText:
    'その名前のアカウントがある場合は、登録されたアドレスにリンクを送りました。リンクは 20 分間有効です。',
  sentHint: '届きませんか？迷惑メールを確認するか、ほかに使った可能性のある名前でお試しください。',
  again: 'もう一度試す',
};

export const emailCode: Messages['emailCode'] = {
  title: 'コードでログイン',
  heading: 'コードでログイン',
  lead: '6 桁のコードをメールで送ります。コードは 10 分間有効です。',
  submit: 'コードを送信',
  codeTitle: 'コードの入力',
  codeHeading: 'メールを確認してください',
  codeLead: 'その名前のアカウントがある場合は、登録されたアドレスにコードを送りました。',
};

export const register: Messages['register'] = {
  title: 'アカウントの作成',
  heading: 'アカウントの作成',
  lead: (client) => `作成すると ${isolate(client)} に進めます`,
  email: 'メールアドレス',
  emailHint: 'コードを送ります。今後のログインにも使います。',
  name: '名前',
  nameHint: '呼ばれたい名前です。',
  password: 'パスワード',
  submit: '続ける',
  haveOne: 'アカウントを持っている',
  terms: '続けると、このサイトの利用規約に同意したことになります。',
  codeTitle: 'メールアドレスの確認',
  codeHeading: 'メールを確認してください',
  codeLead: (address) =>
    `${isolate(address)} にメールを送りました。コードが書かれていれば、ここに入力してください。`,
  codeSubmit: 'アカウントを作成',
  problems: {
    email: {
      missing: 'メールアドレスを入力してください。',
      malformed: 'メールアドレスではありません。name@example.com のような形です。',
      mixed_scripts: '異なる文字体系の文字が混ざっています。別のアドレスを使ってください。',
    },
    name: {
      missing: '名前を入力してください。',
      too_long: '名前が長すぎます。短くしてください。',
      unprintable: '表示できない文字が含まれています。入力し直してください。',
    },
  },
};

export const verifyEmail: Messages['verifyEmail'] = {
  title: 'メールアドレスの確認',
  heading: 'メールアドレスの確認',
  lead: (address) =>
    `${isolate(address)} はまだ確認されていません。ほかの人に使われないように、コードを送って確認します。`,
  send: 'コードを送信',
  later: '後で',
  codeLead: (address) => `${isolate(address)} にコードを送りました。コードは 10 分間有効です。`,
  codeSubmit: '確認する',
};

export const mailedCode: Messages['mailedCode'] = {
  label: 'コード',
  hint: '6 桁の数字です。',
  submit: '続ける',
  resend: 'コードを再送信',
  resent: '新しいコードを送りました。前のコードはもう使えません。',
  missing: 'メールに書かれたコードを入力してください。',
  rejected: 'コードが違います。確認して、もう一度お試しください。',
  expired: 'このコードはもう使えません。新しいコードを請求してください。',
  locked: (wait) => `間違ったコードが多すぎます。${wait}待ってから、もう一度お試しください。`,
  pause: (wait) => `次に請求できるまでの時間：${wait}。メールがまだ届く途中かもしれません。`,
  missingName: 'ユーザー名またはメールアドレスを入力してください。',
};

export const invitation: Messages['invitation'] = {
  title: 'アカウントを作成してください',
  heading: (site) => `${isolate(site)} へようこそ`,
  lead: (address) => `${isolate(address)} のアカウントを作成するよう招待されています`,
  submit: 'アカウントを作成',
  doneTitle: 'アカウントの準備ができました',
  doneHeading: 'アカウントの準備ができました',
  doneText: 'メールアドレスと、先ほど設定したパスワードでログインしてください。',
  goOn: 'アカウントに進む',
  invalidTitle: 'この招待はもう使えません',
  invalidText: '使用済みか、期限切れか、不完全です。新しい招待を依頼してください。',
  hasAccountTitle: 'すでにアカウントがあります',
  hasAccountText: 'このアドレスのアカウントがあります。そのアカウントでログインしてください。',
};
