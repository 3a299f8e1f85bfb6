import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const secondFactor: Messages['secondFactor'] = {
  totp: {
    title: 'コードの入力',
    heading: 'アプリのコードを入力してください',
    lead: (site) =>
      `認証アプリを開き、${isolate(site)} に表示されている 6 桁の数字を入力してください。`,
    label: '6 桁のコード',
    missing: 'アプリに表示されている 6 桁の数字を入力してください。',
    rejected:
      'コードが違います。アプリに現在表示されているコードを入力してください。繰り返し失敗する場合は、デバイスの時計を自動設定にしてください。',
  },
  recovery_code: {
    title: 'リカバリーコードの入力',
    heading: 'リカバリーコードを入力してください',
    lead: '保存しておいたコードを 1 つ入力してください。各コードは 1 回だけ使えます。',
    label: 'リカバリーコード',
    missing: 'リカバリーコードを 1 つ入力してください。',
    rejected: 'リカバリーコードではないか、すでに使用済みです。',
  },
  passkey: {
    title: 'パスキーの使用',
    heading: 'パスキーの使用',
    lead: '指紋、顔、PIN、またはセキュリティキーで、ご本人であることを確認してください。',
    unavailable: 'パスキーには、JavaScript とパスキーに対応したブラウザーが必要です。',
  },
  reused: 'このコードは使用済みです。アプリに次のコードが表示されるまでお待ちください。',
  locked: (wait) => `間違ったコードが多すぎます。${wait}待ってから、もう一度お試しください。`,
  remember: (time) => `このブラウザーでは今後確認しない（${time}）`,
  submit: '続ける',
  others: '別の方法',
  use: {
    totp: '認証アプリを使う',
    passkey: 'パスキーを使う',
    recovery_code: 'リカバリーコードを使う',
  },
  noOther: (site) => `それができない場合は、${isolate(site)} の運営者に問い合わせてください。`,
};
