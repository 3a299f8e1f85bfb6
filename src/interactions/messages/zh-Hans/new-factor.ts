import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const newFactor: Messages['newFactor'] = {
  title: '添加两步验证',
  heading: '添加两步验证',
  lead: (who) => `${isolate(who)} 要求除密码外再加一步验证，以免他人仅凭您的密码进入。`,
  choose: '您想使用哪种方式？',
  methods: {
    totp: { name: '身份验证器应用', detail: '手机上的应用每 30 秒显示一个新的验证码。' },
    passkey: { name: '通行密钥', detail: '使用指纹、面容、PIN 码或安全密钥。无需输入。' },
  },
  submit: '继续',
  change: '使用其他方式',
  totp: {
    title: '设置应用',
    heading: '设置身份验证器应用',
    scan: '打开（或先安装）身份验证器应用，用它扫描此二维码。',
    qr: '包含下方密钥的二维码',
    open: '在此设备上打开',
    cannotScan: '无法扫描？',
    key: '请改为在应用中输入此密钥。它用于随时间变化的验证码。',
    code: '然后输入应用显示的六位数字。',
    label: '六位数验证码',
    missing: '请输入应用显示的六位数字。',
    wrong: '验证码不正确。请输入应用当前显示的验证码；如果仍然失败，请将设备时间设为自动。',
    expired: '用时过长，因此需要扫描新的二维码。请从应用中删除旧条目。',
  },
  passkey: {
    title: '添加通行密钥',
    heading: '添加通行密钥',
    about: '浏览器会询问保存位置：此设备、密码管理器或安全密钥。',
  },
};
