import { isolate } from '../../../languages/display-text.ts';
import type { Messages } from '../catalogue.ts';

export const accountPage: Messages['accountPage'] = {
  title: '您的账号',
  skip: '跳到正文',
  signOut: '退出登录',
  sections: {
    overview: { title: '概览', detail: '' },
    profile: { title: '个人资料', detail: '姓名、语言、电话和地址' },
    password: { title: '密码', detail: '设置新密码' },
    sessions: { title: '登录位置', detail: '浏览器和设备，以及退出其登录' },
    applications: { title: '有访问权限的应用', detail: '它们可以做什么，以及撤销权限' },
    email: { title: '电子邮件地址', detail: '我们给您写信的地址' },
  },
  done: {
    profile_saved: '您的个人资料已保存。',
    password_changed: '您的密码已更改，其他所有浏览器均已退出登录。',
    session_ended: '该浏览器已退出登录。',
    sessions_ended: '其他所有浏览器均已退出登录。',
    access_removed: '该应用已无法再访问您的账号。',
    email_change_begun: '请查收电子邮件。完成此处列出的事项后才会更改。',
    email_code_sent: '新的验证码正在发送。之前的验证码已失效。',
    email_change_cancelled: '地址保持不变。',
    email_proved: '新地址已确认。',
    email_changed: '您的电子邮件地址已更改。',
    email_confirmed: '您的电子邮件地址已确认。',
  },
  signedInTo: (site) => `您已登录 ${isolate(site)}。`,
  refused: {
    title: '您尚未登录',
    text: '您在登录完成之前离开了。您的账号没有变化。',
    again: '登录',
  },
  noCookie: {
    title: '此浏览器未保存 Cookie',
    text: '您已登录，但浏览器没有保存登录状态。请允许本网站使用 Cookie，然后重试。',
    again: '重试',
  },
};
