import { isolate } from '../../languages/display-text.ts';
import { createFormats } from '../../languages/formats.ts';
import type { MailMessages } from './en.ts';

/** Japanese; docs/translating.md says which words it uses. */
export const ja: MailMessages = {
  lang: 'ja',
  dir: 'ltr',
  formats: createFormats('ja'),

  greeting: (name) => `${isolate(name)} 様`,
  codeWorks: (time) => `1 回だけ、${time}以内に使えます。`,
  linkWorks: (time) => `リンクは 1 回だけ、${time}以内に使えます。`,
  keepCode: (site) =>
    `${isolate(site)} の者がこのコードをお尋ねすることはありません。誰にも教えないでください。`,
  buttonFails: 'ボタンが動作しない場合は、次のアドレスをブラウザーで開いてください：',
  footer: (site) =>
    `${isolate(site)} から送信されました。このメールに返信されても、お読みすることはできません。`,
  help: 'ヘルプ',

  facts: {
    when: '日時',
    browser: 'ブラウザー',
    address: 'ネットワークアドレス',
    item: '名前',
    newAddress: '新しいアドレス',
  },

  verifyEmailCode: {
    subject: (site) => `${isolate(site)} のメールアドレス確認コード`,
    heading: 'メールアドレスの確認',
    text: 'コードを求められたページに、次のコードを入力してください：',
    unasked:
      'お心当たりがない場合は、何もする必要はありません。どなたかがアドレスを間違えた可能性があります。',
  },

  signInCode: {
    subject: (site) => `${isolate(site)} のログインコード`,
    heading: 'ログインコード',
    text: 'ログイン中のページに、次のコードを入力してください：',
    unasked:
      '現在ログインしようとしていない場合は、ほかの誰かが試みています。コードがなければログインはできません。',
  },

  resetPassword: {
    subject: (site) => `${isolate(site)} の新しいパスワードの設定`,
    heading: '新しいパスワードの設定',
    text: 'アカウントの新しいパスワードを設定するためのリンクが請求されました。',
    action: '新しいパスワードを設定',
    unasked:
      'お心当たりがない場合は、何もする必要はありません。このリンクが使われないかぎり、パスワードは変わりません。',
  },

  addressInUse: {
    subject: (site) => `${isolate(site)} のアカウントはすでにあります`,
    heading: 'アカウントはすでにあります',
    text: 'このメールアドレスで登録しようとした方がいますが、このアドレスのアカウントはすでにあります。',
    ifYou: 'ご本人の場合は、そのアカウントでログインしてください：',
    action: 'ログイン',
    reset: '新しいパスワードを設定',
    unasked:
      'お心当たりがない場合は、何もする必要はありません。アカウントには誰も入っておらず、アカウントがあることも知らされていません。',
  },

  invitation: {
    subject: (site) => `${isolate(site)} への招待`,
    heading: (site) => `${isolate(site)} に招待されました`,
    by: (name, site) =>
      `${isolate(name)} さんが、${isolate(site)} でのアカウント作成に招待しています。`,
    text: (site) => `${isolate(site)} でアカウントを作成できます。`,
    action: '招待を受ける',
    unasked: 'お心当たりがない場合は、何もする必要はありません。',
  },

  changeEmailConfirm: {
    subject: (site) => `${isolate(site)} の新しいメールアドレスの確認`,
    heading: '新しいメールアドレスの確認',
    codeText:
      'このアドレスをアカウントのアドレスにするには、コードを求められたページに次のコードを入力してください：',
    linkText: 'このアドレスをアカウントのアドレスにするには、次から確認してください：',
    action: 'このアドレスを確認',
    unasked:
      'お心当たりがない場合は、何もする必要はありません。どなたかがアドレスを間違えた可能性があります。',
  },

  changeEmailNotice: {
    subject: (site) => `${isolate(site)} のメールアドレスが変更されようとしています`,
    heading: 'メールアドレスが変更されようとしています',
    text: 'アカウントにログインしている方が、新しいメールアドレスへの変更を求めました。',
    approveText: 'ご本人の場合は、変更を承認してください：',
    action: '新しいアドレスを承認',
    unasked:
      'お心当たりがない場合は、承認しないでください。ほかの誰かがアカウントにログインしています。すぐに新しいパスワードを設定してください。',
    unaskedNoLink:
      'お心当たりがない場合は、ほかの誰かがアカウントにログインしています。すぐに新しいパスワードを設定してください。',
  },

  securityNotice: {
    events: {
      password_changed: {
        subject: 'パスワードが変更されました',
        text: 'アカウントのパスワードが変更されました。',
      },
      email_changed: {
        subject: 'メールアドレスが変更されました',
        text: 'アカウントのメールアドレスが新しくなりました。今後のお知らせは以前のアドレスには届きません。',
      },
      second_factor_added: {
        subject: 'ログインに 2 段階認証が追加されました',
        text: '今後、アカウントにログインする際に、ご本人であることをもう 1 つの方法で確認することがあります。',
      },
      second_factor_removed: {
        subject: 'ログインから 2 段階認証が削除されました',
        text: 'アカウントにログインする際に、この方法での本人確認は行われなくなりました。',
      },
      passkey_added: {
        subject: 'アカウントにパスキーが追加されました',
        text: 'このパスキーを持つ人は、アカウントにログインできます。',
      },
      passkey_removed: {
        subject: 'アカウントからパスキーが削除されました',
        text: 'このパスキーでは、もう誰もアカウントにログインできません。',
      },
      recovery_codes_made: {
        subject: 'アカウントの新しいリカバリーコードが作成されました',
        text: '以前のリカバリーコードはもう使えません。',
      },
      recovery_code_used: {
        subject: 'アカウントのリカバリーコードが使われました',
        text: 'リカバリーコードの 1 つを使ってログインがありました。そのコードはもう使えません。',
      },
      sign_in_method_linked: {
        subject: 'アカウントに新しいログイン方法が追加されました',
        text: 'アカウントがほかのサービスのアカウントと連携され、そのアカウントでログインできるようになりました。',
      },
      sign_in_method_unlinked: {
        subject: 'アカウントからログイン方法が削除されました',
        text: 'ほかのサービスのアカウントでは、もうログインできません。',
      },
      sessions_ended: {
        subject: 'すべての場所からログアウトされました',
        text: 'アカウントのすべてのセッションが終了しました。どのブラウザーやアプリでも、もう一度ログインが必要です。',
      },
      account_deleted: {
        subject: 'アカウントが削除されました',
        text: 'アカウントと、保存されていた内容はなくなりました。これが最後のお知らせです。',
      },
    },
    yours: 'ご本人による操作の場合は、何もする必要はありません。',
    notYou:
      'お心当たりがない場合は、ほかの誰かがアカウントに入った可能性があります。すぐに新しいパスワードを設定し、すべてのセッションを終了してください。',
    action: 'アカウントを確認する',
    notYouNoLink: (site) =>
      `お心当たりがない場合は、すぐに ${isolate(site)} の運営者にお知らせください。`,
  },
};
