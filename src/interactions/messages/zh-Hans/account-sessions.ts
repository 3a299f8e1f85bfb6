import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountSessions: Messages['accountSessions'] = {
  lead: '请退出所有您不认识的登录，然后设置新密码。',
  here: '此浏览器',
  browserOn: (browser, system) => `${system} 上的 ${browser}`,
  unknownBrowser: '未知浏览器',
  seen: (when, address) => `上次使用：${when}，来自 ${isolate(address)}`,
  seenSomewhere: (when) => `上次使用：${when}`,
  signedIn: (date) => `登录时间：${date}`,
  used: (applications) => `用于 ${isolate(applications)}`,
  end: '退出登录',
  endNamed: (browser) => `退出登录：${isolate(browser)}`,
  endOthers: '退出其他所有登录',
  alone: '您没有在其他地方登录。',
};
