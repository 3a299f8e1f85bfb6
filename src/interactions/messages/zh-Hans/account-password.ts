import type { Messages } from '../catalogue.ts';

export const accountPassword: Messages['accountPassword'] = {
  changed: (date) => `上次更改日期：${date}。`,
  none: '您的账号没有密码。您可以设置一个，也可以用它登录。',
  password: '新密码',
  again: '再次输入新密码',
  ends: '其他所有浏览器、设备和应用都将退出登录。',
  submit: '设置新密码',
};
