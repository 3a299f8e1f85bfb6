import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const logout: Messages['logout'] = {
  title: 'ログアウト',
  heading: (site) => `${isolate(site)} からログアウトしますか？`,
  text: '次に開くアプリでは、もう一度ログインを求められます。',
  askedBy: (client) => `${isolate(client)} がログアウトを求めています。`,
  confirm: 'ログアウト',
  stay: 'ログインしたままにする',
  doneTitle: 'ログアウトしました',
  doneHeading: 'ログアウトしました',
  doneText: '共用のコンピューターでは、ブラウザーのウィンドウもすべて閉じてください。',
  clientDoneHeading: (client) => `${isolate(client)} からログアウトしました`,
  clientDoneText: (site) => `${isolate(site)} にはログインしたままです。`,
};
