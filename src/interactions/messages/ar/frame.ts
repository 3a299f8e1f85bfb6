import type { Messages } from '../catalogue.ts';

export const footer: Messages['footer'] = {
  privacy: 'الخصوصية',
  terms: 'الشروط',
  support: 'المساعدة',
  imprint: 'بيانات الناشر',
  label: 'عن هذه الصفحة',
};

export const errorTitle: Messages['errorTitle'] = (title) => `خطأ: ${title}`;

export const language: Messages['language'] = { label: 'اللغة' };
