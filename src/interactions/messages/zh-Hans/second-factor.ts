import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const secondFactor: Messages['secondFactor'] = {
  totp: {
    title: '输入验证码',
    heading: '请输入应用中的验证码',
    lead: (site) => `打开身份验证器应用，输入它为 ${isolate(site)} 显示的六位数字。`,
    label: '六位数验证码',
    missing: '请输入应用显示的六位数字。',
    rejected: '验证码不正确。请输入应用当前显示的验证码；如果仍然失败，请将设备时间设为自动。',
  },
  recovery_code: {
    title: '输入恢复码',
    heading: '请输入恢复码',
    lead: '请输入您保存的一个恢复码。每个恢复码只能使用一次。',
    label: '恢复码',
    missing: '请输入您的一个恢复码。',
    rejected: '这不是您的恢复码，或者您已经用过它。',
  },
  passkey: {
    title: '使用您的通行密钥',
    heading: '使用您的通行密钥',
    lead: '请使用指纹、面容、PIN 码或安全密钥确认是您本人。',
    unavailable: '通行密钥需要 JavaScript 和支持通行密钥的浏览器。',
  },
  reused: '您已经用过该验证码。请等待应用显示下一个。',
  locked: (wait) => `错误的验证码过多。请等待${wait}后重试。`,
  remember: (time) => `${time}内不再在此浏览器中询问`,
  submit: '继续',
  others: '其他方式',
  use: {
    totp: '使用身份验证器应用',
    passkey: '使用通行密钥',
    recovery_code: '使用恢复码',
  },
  noOther: (site) => `如果您无法做到，请联系 ${isolate(site)} 的运营方寻求帮助。`,
};
