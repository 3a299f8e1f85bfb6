import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const expired: Messages['expired'] = {
  title: '此次登录已过期',
  text: '页面打开时间过长、登录已经完成，或此浏览器中已没有相应的 Cookie。',
  next: '请返回应用重新开始。',
  nextClient: (client) => `请返回 ${isolate(client)} 重新开始。`,
  back: (client) => `返回 ${isolate(client)}`,
};
