import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const gate: Messages['gate'] = {
  title: (application) => `无权访问 ${isolate(application)}`,
  heading: (application) => `您无权访问 ${isolate(application)}`,
  text: (application) =>
    `您的账号没有问题，但还没有人授予它访问 ${isolate(application)} 的权限。请向 ${isolate(application)} 的管理员申请权限，或使用其他账号。`,
  leave: (client) => `返回 ${isolate(client)}`,
  switch: '使用其他账号',
};
