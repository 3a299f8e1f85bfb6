import type { Messages } from '../catalogue.ts';

export const accountProfile: Messages['accountProfile'] = {
  lead: '您允许查看个人资料的应用会看到您在此填写的内容。所有项目均为可选。',
  save: '保存',
  problem: '尚未保存任何内容。请检查标出的字段。',
  groups: { name: '姓名', preferences: '语言和时间', contact: '联系方式', address: '通信地址' },
  fields: {
    name: { label: '全名', hint: '希望显示的形式', problem: '请最多使用 255 个字符。' },
    given_name: { label: '名字', hint: '', problem: '请最多使用 255 个字符。' },
    family_name: { label: '姓氏', hint: '', problem: '请最多使用 255 个字符。' },
    nickname: { label: '昵称', hint: '', problem: '请最多使用 255 个字符。' },
    birthdate: { label: '出生日期', hint: '', problem: '请输入类似 1980-02-29 的日期。' },
    locale: { label: '语言', hint: '这些页面和我们邮件的语言', problem: '请从列表中选择语言。' },
    zoneinfo: { label: '时区', hint: '', problem: '请从列表中选择时区。' },
    phone_number: {
      label: '电话号码',
      hint: '包含国家代码，例如 +86 10 5555 0123',
      problem: '请输入类似 +86 10 5555 0123 的电话号码。',
    },
    website: { label: '网站', hint: '', problem: '请输入以 https:// 或 http:// 开头的地址。' },
    picture: {
      label: '头像',
      hint: '网络上图片的地址',
      problem: '请输入以 https:// 或 http:// 开头的地址。',
    },
    street_address: { label: '街道和门牌号', hint: '', problem: '请减少字符数。' },
    postal_code: { label: '邮政编码', hint: '', problem: '请减少字符数。' },
    locality: { label: '城市', hint: '', problem: '请减少字符数。' },
    region: { label: '省份或地区', hint: '', problem: '请减少字符数。' },
    country: { label: '国家', hint: '', problem: '请减少字符数。' },
  },
  noChoice: '未设置',
};
