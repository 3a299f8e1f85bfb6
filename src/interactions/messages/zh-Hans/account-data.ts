import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountData: Messages['accountData'] = {
  downloadTitle: '数据副本',
  downloadText:
    '一个文件，包含为您的账号保存的全部内容：个人资料、登录方式、会话、应用、活动。其中不含密码。',
  download: '下载我的数据',
  deleteTitle: '结束您的账号',
  deleteText: '为它保存的一切都会永久消失。',
  toDelete: '删除我的账号',
};

export const deleteAccount: Messages['deleteAccount'] = {
  title: '删除账号',
  lead: (site) => `您在 ${isolate(site)} 的账号将永久消失。任何人都无法恢复。`,
  profile: '您的个人资料和登录方式会被删除。',
  access: '您会在所有地方退出登录，任何应用都不再有访问权限。',
  elsewhere: '应用保存的关于您的内容仍在应用那里。请要求它们删除。',
  copyFirst: '想要保留副本吗？请先下载您的数据。',
  sure: '我知道此操作无法撤销',
  missing: '请确认您知道此操作无法撤销。',
  submit: '删除我的账号',
  keep: '保留我的账号',
  doneTitle: '您的账号已删除',
  doneText: '为它保存的一切都已消失。再见。',
};
