import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const newFactor: Messages['newFactor'] = {
  title: '2 段階認証の追加',
  heading: '2 段階認証の追加',
  lead: (who) =>
    `${isolate(who)} では、パスワードだけで他人に入られないように、もう 1 つの認証が必要です。`,
  choose: '何を使いますか？',
  methods: {
    totp: {
      name: '認証アプリ',
      detail: 'スマートフォンのアプリが 30 秒ごとに新しいコードを表示します。',
    },
    passkey: {
      name: 'パスキー',
      detail: '指紋、顔、PIN、またはセキュリティキーを使います。入力は不要です。',
    },
  },
  submit: '続ける',
  change: '別の方法を使う',
  totp: {
    title: 'アプリの設定',
    heading: '認証アプリの設定',
    scan: '認証アプリを開いて（なければインストールして）、この四角いコードを読み取ってください。',
    qr: '下のキーを含む QR コード',
    open: 'このデバイスで開く',
    cannotScan: '読み取れませんか？',
    key: '代わりに、このキーをアプリに入力してください。時間とともに変わるコード用です。',
    code: '続いて、アプリに表示された 6 桁の数字を入力してください。',
    label: '6 桁のコード',
    missing: 'アプリに表示されている 6 桁の数字を入力してください。',
    wrong:
      'コードが違います。アプリに現在表示されているコードを入力してください。繰り返し失敗する場合は、デバイスの時計を自動設定にしてください。',
    expired:
      '時間がかかりすぎたため、新しいコードを読み取る必要があります。アプリから古い項目を削除してください。',
  },
  passkey: {
    title: 'パスキーの追加',
    heading: 'パスキーの追加',
    about:
      'どこに保存するかをブラウザーが尋ねます。このデバイス、パスワードマネージャー、セキュリティキーから選べます。',
  },
};
