import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const gate: Messages['gate'] = {
  title: (application) => `${isolate(application)} へのアクセス権がありません`,
  heading: (application) => `${isolate(application)} へのアクセス権がありません`,
  text: (application) =>
    `アカウントに問題はありませんが、${isolate(application)} へのアクセス権がまだ与えられていません。${isolate(application)} の管理者にアクセス権を依頼するか、別のアカウントを使ってください。`,
  leave: (client) => `${isolate(client)} に戻る`,
  switch: '別のアカウントを使う',
};
