import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountSessions: Messages['accountSessions'] = {
  lead: '心当たりのない場所からはログアウトし、その後で新しいパスワードを設定してください。',
  here: 'このブラウザー',
  browserOn: (browser, system) => `${system} の ${browser}`,
  unknownBrowser: '不明なブラウザー',
  seen: (when, address) => `最終利用：${when}（${isolate(address)} から）`,
  seenSomewhere: (when) => `最終利用：${when}`,
  signedIn: (date) => `ログイン：${date}`,
  used: (applications) => `利用先：${isolate(applications)}`,
  end: 'ログアウト',
  endNamed: (browser) => `${isolate(browser)} からログアウト`,
  endOthers: 'ほかのすべての場所からログアウト',
  alone: 'ほかにログインしている場所はありません。',
};
