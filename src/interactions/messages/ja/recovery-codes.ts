import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const recoveryCodes: Messages['recoveryCodes'] = {
  title: 'リカバリーコードの保存',
  heading: 'リカバリーコードを保存してください',
  lead: 'スマートフォンやパスキーをなくしても、このコードのどれか 1 つで入れます。各コードは 1 回だけ使えます。',
  once: '表示されるのは今だけです。印刷するか、パスワードマネージャーに保存してください。',
  download: 'ファイルに保存',
  fileName: 'recovery-codes-ja.txt',
  fileHeading: (username, site) =>
    `${site} の ${username} のリカバリーコード。各コードは 1 回だけ使えます。`,
  printed: (username, site) => `${isolate(username)}、${isolate(site)}`,
  submit: '保存しました',
};
