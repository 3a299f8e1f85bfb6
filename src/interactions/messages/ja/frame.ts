import type { Messages } from '../catalogue.ts';

export const footer: Messages['footer'] = {
  privacy: 'プライバシー',
  terms: '利用規約',
  support: 'ヘルプ',
  imprint: '運営者情報',
  label: 'このページについて',
};

export const errorTitle: Messages['errorTitle'] = (title) => `エラー：${title}`;

export const language: Messages['language'] = { label: '言語' };
