import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountApplications: Messages['accountApplications'] = {
  lead: '次のアプリは、あなたのアカウントを利用できます。取り消すと、すぐに利用できなくなります。',
  none: 'アカウントにアクセスできるアプリはありません。',
  since: (date) => `${date}から`,
  lastUsed: (when) => `最終利用：${when}`,
  ours: (site) => `${isolate(site)} のアプリです。許可を求めずに利用されることがあります。`,
  able: 'できること',
  withdraw: 'アクセスを取り消す',
  withdrawNamed: (application) => `${isolate(application)} のアクセスを取り消す`,
};
