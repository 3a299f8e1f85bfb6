import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const recoveryCodes: Messages['recoveryCodes'] = {
  title: '保存恢复码',
  heading: '请保存您的恢复码',
  lead: '如果您丢失了手机或通行密钥，可以使用其中一个恢复码进入。每个恢复码只能使用一次。',
  once: '恢复码只在此时显示。请打印出来，或保存在密码管理器中。',
  download: '保存为文件',
  fileName: 'recovery-codes-zh.txt',
  fileHeading: (username, site) => `${username} 在 ${site} 的恢复码。每个恢复码只能使用一次。`,
  printed: (username, site) => `${isolate(username)}，${isolate(site)}`,
  submit: '我已保存',
};
