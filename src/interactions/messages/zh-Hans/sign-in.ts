import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const signIn: Messages['signIn'] = {
  title: '登录',
  heading: '登录',
  lead: (client) => `以继续前往 ${isolate(client)}`,
  confirmTitle: '请确认是您本人',
  confirmHeading: '请确认是您本人',
  confirmLead: (client) => `请再次输入密码，以继续前往 ${isolate(client)}`,
  otherAccount: (client) => `${isolate(client)} 要求使用与当前登录不同的账号。`,
  identifier: '用户名或电子邮件地址',
  password: '密码',
  remember: '在此设备上保持登录状态',
  submit: '登录',
  confirmSubmit: '继续',
  cancel: '取消',
  missingIdentifier: '请输入用户名或电子邮件地址。',
  missingPassword: '请输入密码。',
  rejected: '用户名或电子邮件地址与密码不匹配。请检查后重试。',
  locked: (wait) => `登录尝试次数过多。请等待${wait}后重试。`,
};
