import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountChoice: Messages['accountChoice'] = {
  title: 'アカウントの選択',
  heading: 'アカウントの選択',
  text: (client) => `${isolate(client)} でどのアカウントを使いますか？`,
  continue: 'このアカウントで続ける',
};
