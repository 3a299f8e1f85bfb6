import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const upstream: Messages['upstream'] = {
  label: '別のサービスでログイン',
  continueWith: (provider) => `${isolate(provider)} で続ける`,
  problems: {
    refused: (provider) =>
      `${isolate(provider)} でのログインは行われませんでした。もう一度試すか、別の方法をお使いください。`,
    expired: (provider) =>
      `${isolate(provider)} でのログインに時間がかかりすぎたか、すでに完了しています。もう一度お試しください。`,
    not_recent: (provider) =>
      `${isolate(provider)} では、今ご本人であることを確認できませんでした。別の方法で確認してください。`,
    unreachable: (provider) =>
      `現在 ${isolate(provider)} に接続できません。しばらくしてからもう一度試すか、別の方法をお使いください。`,
    invalid_response: (provider) =>
      `${isolate(provider)} でのログインがうまくいきませんでした。もう一度試すか、別の方法をお使いください。`,
    misconfigured: (provider) =>
      `現在 ${isolate(provider)} でのログインは利用できません。別の方法をお使いください。`,
    not_registered: (provider) =>
      `${isolate(provider)} のユーザーに対応するアカウントがここにありません。アカウントをお持ちの場合は、別の方法でログインしてください。`,
  },
  unlinked: (provider) =>
    `${isolate(provider)} でログインしましたが、ここのどのアカウントともまだ連携されていません。`,
  unlinkedAs: (provider, who) =>
    `${isolate(provider)} に ${isolate(who)} としてログインしましたが、ここのどのアカウントともまだ連携されていません。`,
  signInToLink: '連携するには、一度アカウントにログインしてください。',
  leaving: (provider) => `${isolate(provider)} に進む`,
  returning: 'ログインしています',
  moment: '少しお待ちください。',
  moveOn: '続ける',
  linkTitle: (provider) => `${isolate(provider)} との連携`,
  linkHeading: (provider) => `${isolate(provider)} と連携しますか？`,
  linkText: (provider) =>
    `今後、${isolate(provider)} を使ってこのアカウントにログインできるようになります。`,
  linkTextAs: (provider, who) =>
    `今後、${isolate(provider)} に ${isolate(who)} としてログインした人は、このアカウントにログインできるようになります。`,
  linkWarning: 'ご本人である場合にだけ連携してください。',
  link: '連携する',
  notNow: '今はしない',
};
