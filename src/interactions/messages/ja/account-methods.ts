import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountMethods: Messages['accountMethods'] = {
  lead: 'パスキーや 2 段階認証があれば、パスワードを知られても他人は入れません。',
  on: 'オン',
  off: 'オフ',
  none: 'なし',
  passkeys: 'パスキー',
  app: '認証アプリ',
  recoveryCodes: 'リカバリーコード',
  left: (count) => `残り ${count} 個`,
  browsers: '記憶したブラウザー',
  connected: '連携アカウント',
  added: (date) => `追加日：${date}`,
  lastUsed: (when) => `最終利用：${when}`,
  neverUsed: '未使用',
  remove: '削除',
  removeNamed: (name) => `${isolate(name)} を削除`,
  required: 'このサイトでは 2 段階認証が必要です。削除する前に、別の方法を追加してください。',
  onlyWay: 'アカウントに入る唯一の方法です。削除する前に、パスワードを設定してください。',
};

export const accountPasskeys: Messages['accountPasskeys'] = {
  lead: '指紋、顔、PIN、またはセキュリティキーでログインします。入力するものも、盗まれるものもありません。',
  none: 'パスキーはまだありません。',
  unavailable: 'このアドレスではパスキーを使えません。',
  addLead: '保存場所とご本人の確認を、ブラウザーが求めます。',
  synced: '複数のデバイス',
  oneDevice: '1 台のデバイス',
  rename: '名前を変更',
  renameNamed: (name) => `名前を変更：${isolate(name)}`,
  newName: '新しい名前',
  save: '保存',
  add: 'パスキーを追加',
};

export const accountApp: Messages['accountApp'] = {
  lead: 'スマートフォンのアプリが 30 秒ごとに新しいコードを表示します。パスワードの後に、そのコードを入力していただきます。',
  setUp: 'アプリを設定',
  replace: '代わりに別のアプリを設定',
  name: '認証アプリ',
};

export const accountRecoveryCodes: Messages['accountRecoveryCodes'] = {
  lead: 'スマートフォンやパスキーをなくしても、このコードのどれかで入れます。それぞれ 1 回だけ使えます。',
  noFactor: 'パスキーや認証アプリの代わりになるものです。先にどちらかを設定してください。',
  few: 'コードが残りわずかです。新しく作成してください。',
  make: '新しいコードを作成',
  replaces: '現在のコードは使えなくなります。',
};

export const accountBrowsers: Messages['accountBrowsers'] = {
  lead: 'これらのブラウザーでは、30 日間は 2 段階認証を求めないことになっています。',
  none: '記憶したブラウザーはありません。ログインのたびに 2 段階認証が必要です。',
  remembered: (date, address) =>
    address === '' ? `記憶した日：${date}` : `記憶した日：${date}（${isolate(address)} から）`,
  until: (date) => `${date} まで`,
  forget: '記憶を消す',
  forgetNamed: (browser) => `記憶を消す：${isolate(browser)}`,
  forgetAll: 'すべての記憶を消す',
};

export const accountConnected: Messages['accountConnected'] = {
  lead: 'ほかのサービスのアカウントでログインできます。',
  none: '連携しているアカウントはありません。',
  as: (who) => `${isolate(who)} として`,
  connect: (provider) => `${isolate(provider)} と連携`,
  disconnect: '連携を解除',
  disconnectNamed: (provider) => `連携を解除：${isolate(provider)}`,
  taken: (provider) =>
    `${isolate(provider)} のそのアカウントは、ここの別のアカウントと連携しています。`,
};
