import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const consent: Messages['consent'] = {
  title: (client) => `要允许 ${isolate(client)} 吗？`,
  asks: (client) => `${isolate(client)} 请求访问您的账号`,
  continueTitle: (client) => `要继续前往 ${isolate(client)} 吗？`,
  continues: (client) => `${isolate(client)} 希望使用您的账号继续`,
  able: '如果您允许，该应用可以：',
  alreadyAble: '您已经允许该应用：',
  inApplication: (application) => `在 ${isolate(application)} 中代表您操作：`,
  thirdParty: (client, site) =>
    `${isolate(client)} 不属于 ${isolate(site)}。请仅在您信任它时才允许。`,
  returnsToHost: (host) => `接下来您将前往 ${host}`,
  returnsToDevice: '接下来您将返回此设备上的应用',
  about: (client) => `关于 ${isolate(client)}`,
  website: '网站',
  privacy: '隐私政策',
  terms: '条款',
  allow: '允许',
  continue: '继续',
  deny: '不允许',
};

export const scopes: Messages['scopes'] = {
  openid: { title: '识别您的身份', detail: '仅限您的账号在此处的标识符，不含其他信息' },
  profile: { title: '查看您的个人资料', detail: '姓名、用户名、头像等' },
  email: { title: '查看您的电子邮件地址', detail: '' },
  phone: { title: '查看您的电话号码', detail: '' },
  address: { title: '查看您的通信地址', detail: '' },
  roles: { title: '查看您在该应用中的角色', detail: '' },
  offline_access: {
    title: '在您离开时保持连接',
    detail: '即使您关闭该应用或退出登录，它仍保留此访问权限',
  },
};

export const claim: Messages['claim'] = (claim) => `查看您的${isolate(claim)}`;

export const unknownScope: Messages['unknownScope'] = (scope) => `使用“${isolate(scope)}”`;

export const claims: Messages['claims'] = {
  name: '姓名',
  given_name: '名字',
  family_name: '姓氏',
  middle_name: '中间名',
  nickname: '昵称',
  preferred_username: '用户名',
  profile: '个人主页',
  picture: '头像',
  website: '网站',
  email: '电子邮件地址',
  email_verified: '电子邮件地址验证状态',
  gender: '性别',
  birthdate: '出生日期',
  zoneinfo: '时区',
  locale: '语言',
  phone_number: '电话号码',
  phone_number_verified: '电话号码验证状态',
  address: '通信地址',
  updated_at: '个人资料的最近更改时间',
  roles: '角色',
};
