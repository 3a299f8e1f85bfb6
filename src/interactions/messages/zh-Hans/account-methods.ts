import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountMethods: Messages['accountMethods'] = {
  lead: '有了通行密钥或两步验证，即使他人得知您的密码也无法进入。',
  on: '已开启',
  off: '已关闭',
  none: '无',
  passkeys: '通行密钥',
  app: '身份验证器应用',
  recoveryCodes: '恢复码',
  left: (count) => `剩余 ${count} 个`,
  browsers: '已记住的浏览器',
  connected: '已关联的账号',
  added: (date) => `添加于 ${date}`,
  lastUsed: (when) => `上次使用：${when}`,
  neverUsed: '尚未使用',
  remove: '移除',
  removeNamed: (name) => `移除 ${isolate(name)}`,
  required: '此网站要求两步验证。移除之前，请先添加另一种方式。',
  onlyWay: '这是您进入账号的唯一方式。移除之前，请先设置密码。',
};

export const accountPasskeys: Messages['accountPasskeys'] = {
  lead: '您可以使用指纹、面容、PIN 码或安全密钥登录。无需输入，也没有可被他人窃取的内容。',
  none: '您还没有通行密钥。',
  unavailable: '通行密钥在此地址无法使用。',
  addLead: '浏览器会询问保存位置，并确认您的身份。',
  synced: '位于多台设备',
  oneDevice: '位于一台设备',
  rename: '重命名',
  renameNamed: (name) => `重命名：${isolate(name)}`,
  newName: '新名称',
  save: '保存',
  add: '添加通行密钥',
};

export const accountApp: Messages['accountApp'] = {
  lead: '手机上的应用每 30 秒显示一个新的验证码。输入密码后，我们会要求您输入它。',
  setUp: '设置应用',
  replace: '改为设置另一个应用',
  name: '身份验证器应用',
};

export const accountRecoveryCodes: Messages['accountRecoveryCodes'] = {
  lead: '如果您丢失了手机或通行密钥，可以用其中一个恢复码进入。每个恢复码只能使用一次。',
  noFactor: '恢复码用于代替通行密钥或身份验证器应用。请先设置其中一种。',
  few: '您的恢复码所剩不多。请生成新的恢复码。',
  make: '生成新的恢复码',
  replaces: '您现有的恢复码将失效。',
};

export const accountBrowsers: Messages['accountBrowsers'] = {
  lead: '在这些浏览器中，您选择了 30 天内不要求两步验证。',
  none: '没有已记住的浏览器。每次登录都会要求两步验证。',
  remembered: (date, address) =>
    address === '' ? `记住于 ${date}` : `记住于 ${date}，来自 ${isolate(address)}`,
  until: (date) => `有效期至 ${date}`,
  forget: '忘记',
  forgetNamed: (browser) => `忘记 ${isolate(browser)}`,
  forgetAll: '全部忘记',
};

export const accountConnected: Messages['accountConnected'] = {
  lead: '您可以使用在其他地方的账号登录。',
  none: '没有已关联的账号。',
  as: (who) => `身份：${isolate(who)}`,
  connect: (provider) => `关联 ${isolate(provider)}`,
  disconnect: '取消关联',
  disconnectNamed: (provider) => `取消关联 ${isolate(provider)}`,
  taken: (provider) => `该 ${isolate(provider)} 账号已与此处的另一个账号关联。`,
};
