import type { Messages } from '../catalogue.ts';

export const passkeys: Messages['passkeys'] = {
  signIn: 'パスキーでログイン',
  confirm: '代わりにパスキーを使う',
  secondFactor: 'パスキーを使う',
  add: 'パスキーを追加',
  name: '名前（任意）',
  nameHint: '後で見分けるための名前です。例：「仕事用パソコン」。',
  unnamed: 'パスキー',
  waiting: 'ブラウザーに表示される手順に従ってください。',
  signInCancelled: 'パスキーは使われませんでした。もう一度試すか、別の方法で続けてください。',
  signInFailed: 'このブラウザーではパスキーを使えませんでした。別の方法で続けてください。',
  addCancelled: 'パスキーは追加されませんでした。もう一度お試しいただけます。',
  addFailed: 'このブラウザーではパスキーを追加できませんでした。',
  alreadyHere:
    'そのデバイスまたはパスワードマネージャーには、このアカウントのパスキーがすでにあります。',
  rejected: 'そのパスキーはここでは使えません。別のパスキーか、別の方法をお試しください。',
  outdated: '時間がかかりすぎました。もう一度お試しください。',
  full: 'アカウントに登録できるパスキーの数の上限に達しています。先にどれかを削除してください。',
  unavailable: 'このブラウザーではパスキーを使えません。',
};
