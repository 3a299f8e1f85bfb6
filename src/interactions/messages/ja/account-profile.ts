import type { Messages } from '../catalogue.ts';

export const accountProfile: Messages['accountProfile'] = {
  lead: 'プロフィールの閲覧を許可したアプリには、ここに入力した内容が表示されます。すべて任意です。',
  save: '保存',
  problem: 'まだ保存されていません。印の付いた項目を確認してください。',
  groups: { name: '名前', preferences: '言語と時刻', contact: '連絡先', address: '住所' },
  fields: {
    name: {
      label: '氏名',
      hint: '表示したい形で入力します',
      problem: '255 文字以内にしてください。',
    },
    given_name: { label: '名', hint: '', problem: '255 文字以内にしてください。' },
    family_name: { label: '姓', hint: '', problem: '255 文字以内にしてください。' },
    nickname: { label: 'ニックネーム', hint: '', problem: '255 文字以内にしてください。' },
    birthdate: {
      label: '生年月日',
      hint: '',
      problem: '1980-02-29 のような日付を入力してください。',
    },
    locale: {
      label: '言語',
      hint: 'このページとメールの言語です',
      problem: '一覧から言語を選んでください。',
    },
    zoneinfo: {
      label: 'タイムゾーン',
      hint: '',
      problem: '一覧からタイムゾーンを選んでください。',
    },
    phone_number: {
      label: '電話番号',
      hint: '国番号から入力します。例：+81 3 1234 5678',
      problem: '+81 3 1234 5678 のような電話番号を入力してください。',
    },
    website: {
      label: 'ウェブサイト',
      hint: '',
      problem: 'https:// または http:// で始まるアドレスを入力してください。',
    },
    picture: {
      label: '写真',
      hint: 'ウェブ上の画像のアドレス',
      problem: 'https:// または http:// で始まるアドレスを入力してください。',
    },
    street_address: { label: '番地・建物名', hint: '', problem: '文字数を減らしてください。' },
    postal_code: { label: '郵便番号', hint: '', problem: '文字数を減らしてください。' },
    locality: { label: '市区町村', hint: '', problem: '文字数を減らしてください。' },
    region: { label: '都道府県または地域', hint: '', problem: '文字数を減らしてください。' },
    country: { label: '国', hint: '', problem: '文字数を減らしてください。' },
  },
  noChoice: '未設定',
};
