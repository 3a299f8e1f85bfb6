import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountPage: Messages['accountPage'] = {
  title: 'アカウント',
  skip: '本文へ移動',
  signOut: 'ログアウト',
  sections: {
    overview: { title: '概要', detail: '' },
    profile: { title: 'プロフィール', detail: '名前、言語、電話番号、住所' },
    password: { title: 'パスワード', detail: '新しいパスワードを設定します' },
    sessions: { title: 'ログインしている場所', detail: 'ブラウザーとデバイスの確認、ログアウト' },
    applications: { title: 'アクセスできるアプリ', detail: 'できることの確認、取り消し' },
    email: { title: 'メールアドレス', detail: 'お知らせの送り先' },
  },
  done: {
    profile_saved: 'プロフィールを保存しました。',
    password_changed: 'パスワードを変更し、ほかのすべてのブラウザーからログアウトしました。',
    session_ended: 'そのブラウザーからログアウトしました。',
    sessions_ended: 'ほかのすべてのブラウザーからログアウトしました。',
    access_removed: 'このアプリはアカウントにアクセスできなくなりました。',
    email_change_begun: 'メールを確認してください。ここに挙げた手続きが済むと変更されます。',
    email_code_sent: '新しいコードを送りました。前のコードはもう使えません。',
    email_change_cancelled: 'アドレスは元のままです。',
    email_proved: '新しいアドレスを確認しました。',
    email_changed: 'メールアドレスを変更しました。',
    email_confirmed: 'メールアドレスを確認しました。',
  },
  signedInTo: (site) => `${isolate(site)} にログインしています。`,
  refused: {
    title: 'ログインしていません',
    text: 'ログインが完了する前に中止されました。アカウントは元のままです。',
    again: 'ログイン',
  },
  noCookie: {
    title: 'このブラウザーは Cookie を保存していません',
    text: 'ログインしましたが、ブラウザーに保存されませんでした。このサイトの Cookie を許可してから、もう一度お試しください。',
    again: 'もう一度試す',
  },
};
