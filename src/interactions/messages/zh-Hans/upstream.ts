import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const upstream: Messages['upstream'] = {
  label: '使用其他服务登录',
  continueWith: (provider) => `使用 ${isolate(provider)} 继续`,
  problems: {
    refused: (provider) => `您没有使用 ${isolate(provider)} 登录。请重试，或使用其他方式。`,
    expired: (provider) => `使用 ${isolate(provider)} 登录用时过长，或已经完成。请重试。`,
    not_recent: (provider) => `${isolate(provider)} 未能确认刚才是您本人。请使用其他方式确认。`,
    unreachable: (provider) => `目前无法连接 ${isolate(provider)}。请稍后重试，或使用其他方式。`,
    invalid_response: (provider) =>
      `使用 ${isolate(provider)} 登录未成功。请重试，或使用其他方式。`,
    misconfigured: (provider) => `目前无法使用 ${isolate(provider)} 登录。请使用其他方式。`,
    not_registered: (provider) =>
      `这里没有与您的 ${isolate(provider)} 身份对应的账号。如果您已有账号，请使用其他方式登录。`,
  },
  unlinked: (provider) => `您已使用 ${isolate(provider)} 登录，但这里还没有与之关联的账号。`,
  unlinkedAs: (provider, who) =>
    `您已使用 ${isolate(provider)} 以 ${isolate(who)} 的身份登录，但这里还没有与之关联的账号。`,
  signInToLink: '请登录一次您的账号以进行关联。',
  leaving: (provider) => `继续前往 ${isolate(provider)}`,
  returning: '正在登录',
  moment: '请稍候。',
  moveOn: '继续',
  linkTitle: (provider) => `关联 ${isolate(provider)}`,
  linkHeading: (provider) => `要关联 ${isolate(provider)} 吗？`,
  linkText: (provider) => `今后您可以使用 ${isolate(provider)} 登录此账号。`,
  linkTextAs: (provider, who) =>
    `今后，使用 ${isolate(provider)} 以 ${isolate(who)} 的身份登录的人都可以登录此账号。`,
  linkWarning: '请仅在那是您本人时关联。',
  link: '关联',
  notNow: '以后再说',
};
