import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const consent: Messages['consent'] = {
  title: (client) => `${isolate(client)} に許可しますか？`,
  asks: (client) => `${isolate(client)} がアカウントへのアクセスを求めています`,
  continueTitle: (client) => `${isolate(client)} に進みますか？`,
  continues: (client) => `${isolate(client)} がこのアカウントで続けようとしています`,
  able: '許可すると、このアプリは次のことができます：',
  alreadyAble: 'このアプリには、次のことをすでに許可しています：',
  inApplication: (application) => `${isolate(application)} でご本人に代わって操作する：`,
  thirdParty: (client, site) =>
    `${isolate(client)} は ${isolate(site)} のアプリではありません。信頼できる場合にだけ許可してください。`,
  returnsToHost: (host) => `この後、${host} に移動します`,
  returnsToDevice: 'この後、このデバイスのアプリに戻ります',
  about: (client) => `${isolate(client)} について`,
  website: 'ウェブサイト',
  privacy: 'プライバシーポリシー',
  terms: '利用規約',
  allow: '許可する',
  continue: '続ける',
  deny: '許可しない',
};

export const scopes: Messages['scopes'] = {
  openid: {
    title: 'ご本人を識別する',
    detail: 'ここでのアカウントの識別子だけで、それ以外は含まれません',
  },
  profile: { title: 'プロフィールを見る', detail: '名前、ユーザー名、写真など' },
  email: { title: 'メールアドレスを見る', detail: '' },
  phone: { title: '電話番号を見る', detail: '' },
  address: { title: '住所を見る', detail: '' },
  roles: { title: 'アプリでの役割を見る', detail: '' },
  offline_access: {
    title: '利用していない間も接続を保つ',
    detail: 'アプリを閉じたりログアウトしたりしても、このアクセスは続きます',
  },
};

export const claim: Messages['claim'] = (claim) => `次の情報を見る：${isolate(claim)}`;

export const unknownScope: Messages['unknownScope'] = (scope) => `「${isolate(scope)}」を使う`;

export const claims: Messages['claims'] = {
  name: '名前',
  given_name: '名',
  family_name: '姓',
  middle_name: 'ミドルネーム',
  nickname: 'ニックネーム',
  preferred_username: 'ユーザー名',
  profile: 'プロフィールページ',
  picture: '写真',
  website: 'ウェブサイト',
  email: 'メールアドレス',
  email_verified: 'メールアドレスが確認済みかどうか',
  gender: '性別',
  birthdate: '生年月日',
  zoneinfo: 'タイムゾーン',
  locale: '言語',
  phone_number: '電話番号',
  phone_number_verified: '電話番号が確認済みかどうか',
  address: '住所',
  updated_at: 'プロフィールの最終更新日時',
  roles: '役割',
};
