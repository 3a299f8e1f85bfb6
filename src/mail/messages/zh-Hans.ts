import { isolate } from '../../languages/display-text.ts';
import { createFormats } from '../../languages/formats.ts';
import type { MailMessages } from './en.ts';

/** Simplified Chinese; docs/translating.md says which words it uses. */
export const zhHans: MailMessages = {
  lang: 'zh-Hans',
  dir: 'ltr',
  formats: createFormats('zh-Hans'),

  greeting: (name) => `${isolate(name)}，您好：`,
  codeWorks: (time) => `验证码只能使用一次，${time}内有效。`,
  linkWorks: (time) => `链接只能使用一次，${time}内有效。`,
  keepCode: (site) => `${isolate(site)} 的任何人都不会向您索要此验证码。请勿告诉他人。`,
  buttonFails: '如果按钮没有反应，请在浏览器中打开以下地址：',
  footer: (site) => `由 ${isolate(site)} 发送。对此邮件的回复不会有人阅读。`,
  help: '获取帮助',

  facts: {
    when: '时间',
    browser: '浏览器',
    address: '网络地址',
    item: '名称',
    newAddress: '新地址',
  },

  verifyEmailCode: {
    subject: (site) => `用于确认 ${isolate(site)} 电子邮件地址的验证码`,
    heading: '确认您的电子邮件地址',
    text: '请在要求验证码的页面输入：',
    unasked: '如果这不是您本人的请求，您无需执行任何操作。可能是有人输错了地址。',
  },

  signInCode: {
    subject: (site) => `用于登录 ${isolate(site)} 的验证码`,
    heading: '您的登录验证码',
    text: '请在您正在登录的页面输入：',
    unasked: '如果您现在没有登录，则是其他人正在尝试登录。没有验证码，对方无法继续。',
  },

  resetPassword: {
    subject: (site) => `设置 ${isolate(site)} 的新密码`,
    heading: '设置新密码',
    text: '有人请求了为您的账号设置新密码的链接。',
    action: '设置新密码',
    unasked:
      '如果这不是您本人的请求，您无需执行任何操作：只要没有人使用此链接，您的密码就不会改变。',
  },

  addressInUse: {
    subject: (site) => `您已有 ${isolate(site)} 的账号`,
    heading: '您已有账号',
    text: '有人尝试使用此电子邮件地址注册，但该地址已有账号。',
    ifYou: '如果是您本人，请使用该账号登录：',
    action: '登录',
    reset: '设置新密码',
    unasked: '如果不是您本人，您无需执行任何操作。没有人进入您的账号，也没有人被告知该账号存在。',
  },

  invitation: {
    subject: (site) => `您收到 ${isolate(site)} 的邀请`,
    heading: (site) => `您已受邀加入 ${isolate(site)}`,
    by: (name, site) => `${isolate(name)} 邀请您在 ${isolate(site)} 创建账号。`,
    text: (site) => `您可以在 ${isolate(site)} 创建账号。`,
    action: '接受邀请',
    unasked: '如果您并未预料到此邀请，则无需执行任何操作。',
  },

  changeEmailConfirm: {
    subject: (site) => `确认您在 ${isolate(site)} 的新地址`,
    heading: '确认您的新电子邮件地址',
    codeText: '要将此地址用作您账号的地址，请在要求验证码的页面输入：',
    linkText: '要将此地址用作您账号的地址，请确认：',
    action: '确认此地址',
    unasked: '如果这不是您本人的请求，您无需执行任何操作。可能是有人输错了地址。',
  },

  changeEmailNotice: {
    subject: (site) => `您在 ${isolate(site)} 的地址即将更改`,
    heading: '您的电子邮件地址即将更改',
    text: '有人登录了您的账号，并请求更换电子邮件地址。',
    approveText: '如果是您本人，请批准此更改：',
    action: '批准新地址',
    unasked: '如果不是您本人，请不要批准。请立即设置新密码：有其他人登录了您的账号。',
    unaskedNoLink: '如果不是您本人，请立即设置新密码：有其他人登录了您的账号。',
  },

  securityNotice: {
    events: {
      password_changed: { subject: '您的密码已更改', text: '您账号的密码已更改。' },
      email_changed: {
        subject: '您的电子邮件地址已更改',
        text: '您的账号有了新的电子邮件地址。有关账号的邮件不再发送到旧地址。',
      },
      second_factor_added: {
        subject: '您的登录已添加两步验证',
        text: '从现在起，登录您的账号时可能需要再次证明是您本人。',
      },
      second_factor_removed: {
        subject: '您的登录已移除一种两步验证',
        text: '登录您的账号时不再需要以此方式证明是您本人。',
      },
      passkey_added: {
        subject: '您的账号已添加通行密钥',
        text: '持有此通行密钥的人可以登录您的账号。',
      },
      passkey_removed: {
        subject: '您的账号已移除通行密钥',
        text: '任何人都无法再使用此通行密钥登录您的账号。',
      },
      recovery_codes_made: { subject: '您的账号已生成新的恢复码', text: '之前的恢复码已失效。' },
      recovery_code_used: {
        subject: '您账号的恢复码已被使用',
        text: '有人使用您的一个恢复码登录。该恢复码不能再次使用。',
      },
      sign_in_method_linked: {
        subject: '您的账号已添加新的登录方式',
        text: '您的账号已与其他服务的账号关联，现在可以用该账号在此登录。',
      },
      sign_in_method_unlinked: {
        subject: '您的账号已移除一种登录方式',
        text: '其他服务的账号不能再登录您的账号。',
      },
      sessions_ended: {
        subject: '您已在所有地方退出登录',
        text: '您账号的所有会话都已结束。所有浏览器和应用都需要重新登录。',
      },
      account_deleted: {
        subject: '您的账号已删除',
        text: '您的账号及其保存的内容已不复存在。这是关于该账号的最后一封邮件。',
      },
    },
    yours: '如果是您本人操作，则无需执行任何操作。',
    notYou:
      '如果不是您本人操作，可能有其他人进入了您的账号。请立即处理：设置新密码并结束所有会话。',
    action: '查看您的账号',
    notYouNoLink: (site) => `如果不是您本人操作，请立即告知 ${isolate(site)} 的运营方。`,
  },
};
