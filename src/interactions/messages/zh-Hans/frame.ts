import type { Messages } from '../catalogue.ts';

export const footer: Messages['footer'] = {
  privacy: '隐私',
  terms: '条款',
  support: '帮助',
  imprint: '网站信息',
  label: '关于此页面',
};

export const errorTitle: Messages['errorTitle'] = (title) => `错误：${title}`;

export const language: Messages['language'] = { label: '语言' };
