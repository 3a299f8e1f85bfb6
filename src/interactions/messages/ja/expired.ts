import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const expired: Messages['expired'] = {
  title: 'このログインは期限切れです',
  text: '長時間開いたままだったか、すでに完了しているか、このブラウザーに Cookie が残っていません。',
  next: 'アプリに戻って、最初からやり直してください。',
  nextClient: (client) => `${isolate(client)} に戻って、最初からやり直してください。`,
  back: (client) => `${isolate(client)} に戻る`,
};
