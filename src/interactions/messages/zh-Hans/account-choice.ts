import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountChoice: Messages['accountChoice'] = {
  title: '选择账号',
  heading: '选择账号',
  text: (client) => `您想在 ${isolate(client)} 中使用哪个账号？`,
  continue: '使用此账号继续',
};
