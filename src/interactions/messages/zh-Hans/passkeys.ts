import type { Messages } from '../catalogue.ts';

export const passkeys: Messages['passkeys'] = {
  signIn: '使用通行密钥登录',
  confirm: '改用通行密钥',
  secondFactor: '使用通行密钥',
  add: '添加通行密钥',
  name: '名称（可选）',
  nameHint: '便于您辨认，例如“工作笔记本”。',
  unnamed: '通行密钥',
  waiting: '请按照浏览器显示的步骤操作。',
  signInCancelled: '未使用通行密钥。请重试，或换用其他方式继续。',
  signInFailed: '您的浏览器无法在此使用通行密钥。请换用其他方式继续。',
  addCancelled: '未添加通行密钥。您可以重试。',
  addFailed: '您的浏览器无法在此添加通行密钥。',
  alreadyHere: '该设备或密码管理器中已有此账号的通行密钥。',
  rejected: '该通行密钥在此无法使用。请尝试其他通行密钥，或换用其他方式继续。',
  outdated: '用时过长。请重试。',
  full: '您的通行密钥数量已达到一个账号的上限。请先移除一个。',
  unavailable: '通行密钥在此浏览器中无法使用。',
};
