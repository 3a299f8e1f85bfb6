import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const ways: Messages['ways'] = {
  label: '其他登录方式',
  recover: '忘记密码？',
  email_code: '改用电子邮件验证码',
  register: '创建账号',
  password: '使用密码登录',
};

export const recover: Messages['recover'] = {
  title: '申请新密码',
  heading: '忘记密码？',
  lead: '请告诉我们您是谁，我们会通过电子邮件发送用于设置新密码的链接。',
  submit: '发送链接',
  sentTitle: '请查收电子邮件',
  sentHeading: '请查收电子邮件',
  sentText: '如果存在使用该名称的账号，链接会发送到其地址。链接在 20 分钟内有效。',
  sentHint: '没有收到？请查看垃圾邮件，或尝试您可能用过的其他名称。',
  again: '重试',
};

export const emailCode: Messages['emailCode'] = {
  title: '使用验证码登录',
  heading: '使用验证码登录',
  lead: '我们会通过电子邮件发送六位数字的验证码。验证码在 10 分钟内有效。',
  submit: '发送验证码',
  codeTitle: '输入验证码',
  codeHeading: '请查收电子邮件',
  codeLead: '如果存在使用该名称的账号，验证码会发送到其地址。',
};

export const register: Messages['register'] = {
  title: '创建账号',
  heading: '创建账号',
  lead: (client) => `以继续前往 ${isolate(client)}`,
  email: '电子邮件地址',
  emailHint: '我们会向此地址发送验证码。以后您将用它登录。',
  name: '姓名',
  nameHint: '别人对您的称呼。',
  password: '密码',
  submit: '继续',
  haveOne: '我已有账号',
  terms: '继续即表示您接受本网站的条款。',
  codeTitle: '确认电子邮件地址',
  codeHeading: '请查收电子邮件',
  codeLead: (address) => `我们已向 ${isolate(address)} 发送邮件。如果其中有验证码，请在此输入。`,
  codeSubmit: '创建账号',
  problems: {
    email: {
      missing: '请输入电子邮件地址。',
      malformed: '这不是电子邮件地址。格式应类似 name@example.com。',
      mixed_scripts: '该地址混用了不同文字的字母。请使用其他地址。',
    },
    name: {
      missing: '请输入姓名。',
      too_long: '姓名太长。请使用较短的形式。',
      unprintable: '姓名中有无法显示的字符。请重新输入。',
    },
  },
};

export const verifyEmail: Messages['verifyEmail'] = {
  title: '确认电子邮件地址',
  heading: '确认电子邮件地址',
  lead: (address) => `${isolate(address)} 尚未确认。我们会向它发送验证码，以免他人使用该地址。`,
  send: '发送验证码',
  later: '以后再说',
  codeLead: (address) => `我们已向 ${isolate(address)} 发送验证码。验证码在 10 分钟内有效。`,
  codeSubmit: '确认',
};

export const mailedCode: Messages['mailedCode'] = {
  label: '验证码',
  hint: '六位数字。',
  submit: '继续',
  resend: '重新发送验证码',
  resent: '新的验证码正在发送。之前的验证码已失效。',
  missing: '请输入邮件中的验证码。',
  rejected: '验证码不正确。请检查后重试。',
  expired: '该验证码已失效。请重新获取。',
  locked: (wait) => `错误的验证码过多。请等待${wait}后重试。`,
  pause: (wait) => `${wait}后可以再次获取。邮件可能仍在发送途中。`,
  missingName: '请输入用户名或电子邮件地址。',
};

export const invitation: Messages['invitation'] = {
  title: '创建您的账号',
  heading: (site) => `欢迎使用 ${isolate(site)}`,
  lead: (address) => `您受邀为 ${isolate(address)} 创建账号`,
  submit: '创建账号',
  doneTitle: '您的账号已就绪',
  doneHeading: '您的账号已就绪',
  doneText: '请使用您的电子邮件地址和刚刚设置的密码登录。',
  goOn: '前往您的账号',
  invalidTitle: '此邀请已失效',
  invalidText: '邀请已被使用、已过期或不完整。请索取新的邀请。',
  hasAccountTitle: '您已有账号',
  hasAccountText: '此地址已有账号。请使用该账号登录。',
};
