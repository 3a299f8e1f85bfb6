import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountData: Messages['accountData'] = {
  downloadTitle: 'データのコピー',
  downloadText:
    'アカウントについて保存されているすべてを 1 つのファイルにまとめます。プロフィール、ログイン方法、セッション、アプリ、アクティビティです。パスワードは含まれません。',
  download: 'データをダウンロード',
  deleteTitle: 'アカウントの終了',
  deleteText: '保存されているすべてが完全に削除されます。',
  toDelete: 'アカウントを削除',
};

export const deleteAccount: Messages['deleteAccount'] = {
  title: 'アカウントの削除',
  lead: (site) => `${isolate(site)} のアカウントは完全に削除されます。誰も元に戻せません。`,
  profile: 'プロフィールとログイン方法が削除されます。',
  access: 'すべての場所からログアウトし、どのアプリもアクセスできなくなります。',
  elsewhere: 'アプリが保存した情報はアプリ側に残ります。削除はアプリに依頼してください。',
  copyFirst: 'コピーが必要ですか？先にデータをダウンロードしてください。',
  sure: '元に戻せないことを理解しています',
  missing: '元に戻せないことを理解している旨を確認してください。',
  submit: 'アカウントを削除',
  keep: 'アカウントを残す',
  doneTitle: 'アカウントを削除しました',
  doneText: '保存されていたすべてがなくなりました。ご利用ありがとうございました。',
};
