import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const resetPassword: Messages['resetPassword'] = {
  title: '新しいパスワードの設定',
  heading: '新しいパスワードの設定',
  lead: (username) => `アカウント：${isolate(username)}`,
  password: '新しいパスワード',
  again: '新しいパスワード（確認）',
  rules: (characters) =>
    `${characters} 文字以上。15 文字以上をおすすめします。単語をいくつか並べてもかまいません。`,
  ends: '設定すると、すべての場所からログアウトされます。',
  submit: 'パスワードを設定',
  missing: '新しいパスワードを入力してください。',
  tooShort: (characters) => `${characters} 文字以上にしてください。`,
  tooLong: '長すぎます。もっと短いパスワードにしてください。',
  common:
    'このパスワードや似たものは、多くの人が使っています。関連のない単語をいくつか並べるほうが安全です。',
  pattern: '推測しやすいパターンです。関連のない単語をいくつか並べるほうが安全です。',
  personal: 'ご自身の情報やこのサービスの名前とほとんど変わりません。別のものにしてください。',
  different: '2 つのパスワードが一致しません。',
  doneTitle: 'パスワードを変更しました',
  doneHeading: 'パスワードを変更しました',
  doneText:
    'すべての場所からログアウトしました。アプリに戻り、新しいパスワードでログインしてください。',
  invalidTitle: 'このリンクはもう使えません',
  invalidText: '使用済みか、期限切れか、不完全です。新しいリンクを請求してください。',
};
