import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const logout: Messages['logout'] = {
  title: '退出登录',
  heading: (site) => `要退出 ${isolate(site)} 吗？`,
  text: '接下来打开的应用会要求您重新登录。',
  askedBy: (client) => `${isolate(client)} 请求让您退出登录。`,
  confirm: '退出登录',
  stay: '保持登录',
  doneTitle: '已退出登录',
  doneHeading: '您已退出登录',
  doneText: '如果使用的是公用电脑，请同时关闭所有浏览器窗口。',
  clientDoneHeading: (client) => `您已退出 ${isolate(client)}`,
  clientDoneText: (site) => `您在 ${isolate(site)} 仍处于登录状态。`,
};
