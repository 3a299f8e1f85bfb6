import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const resetPassword: Messages['resetPassword'] = {
  title: '设置新密码',
  heading: '设置新密码',
  lead: (username) => `账号：${isolate(username)}`,
  password: '新密码',
  again: '再次输入新密码',
  rules: (characters) => `至少 ${characters} 个字符；15 个或更多更好。几个单词也可以。`,
  ends: '设置后，您将在所有地方退出登录。',
  submit: '设置密码',
  missing: '请输入新密码。',
  tooShort: (characters) => `请至少使用 ${characters} 个字符。`,
  tooLong: '密码太长。请使用较短的密码。',
  common: '这个密码或类似的密码有很多人在用。最好使用几个互不相关的单词。',
  pattern: '这是容易猜到的规律。最好使用几个互不相关的单词。',
  personal: '这几乎就是您自己的信息或此服务的名称。请换一个。',
  different: '两次输入的密码不一致。',
  doneTitle: '密码已更改',
  doneHeading: '您的密码已更改',
  doneText: '您已在所有地方退出登录。请返回应用，使用新密码登录。',
  invalidTitle: '此链接已失效',
  invalidText: '链接已被使用、已过期或不完整。请重新获取。',
};
