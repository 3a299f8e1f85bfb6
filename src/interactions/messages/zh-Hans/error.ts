import type { Messages } from '../catalogue.ts';

export const error: Messages['error'] = {
  requestId: '请求编号',
  details: '技术详情',
  back: '重试',
  codes: {
    csrf_token_invalid: {
      title: '请再试一次',
      text: '此表单已过期，因此未执行任何操作。请重新打开并再次提交。',
    },
    origin_refused: {
      title: '该请求已被阻止',
      text: '请求并非来自本网站，因此未执行任何操作。',
    },
    invalid_client: {
      title: '此应用未在这里注册',
      text: '将您带到这里的应用未注册或已停用。请告知该应用的运营方。',
    },
    invalid_redirect_uri: {
      title: '此应用的设置不正确',
      text: '它要求将您带往一个未注册的地址，因此我们停止了操作。请告知该应用的运营方。',
    },
    invalid_request: {
      title: '无法理解该请求',
      text: '将您带到这里的应用或链接发送了不完整或错误的内容。请返回重新开始。',
    },
    unauthorized_client: {
      title: '不允许此应用执行该操作',
      text: '它请求了未注册的内容。请告知该应用的运营方。',
    },
    access_denied: {
      title: '访问被拒绝',
      text: '没有共享任何信息。您可以返回应用重新开始。',
    },
    temporarily_unavailable: {
      title: '我们暂时无法响应',
      text: '我们依赖的某个服务没有响应。请稍候片刻，然后重新加载此页面。',
    },
  },
  statuses: {
    400: {
      title: '无法理解该请求',
      text: '其中有不完整或错误的内容。请返回重新开始。',
    },
    403: { title: '不允许执行该操作', text: '未执行任何操作。请返回重新开始。' },
    404: { title: '此页面不存在', text: '请检查地址，或返回应用重新开始。' },
    405: { title: '此处无法执行该操作', text: '此地址不接受这种请求。' },
    413: { title: '内容过多', text: '表单内容超出了此页面可接受的范围。未执行任何操作。' },
    421: { title: '此网站不在这里', text: '您打开的地址不由此服务器提供服务。' },
    429: { title: '请求过多', text: '来自您的网络的请求过多。请稍候再试。' },
    503: {
      title: '我们暂时无法响应',
      text: '我们依赖的某个服务没有响应。请稍候片刻，然后重新加载此页面。',
    },
  },
  refused: {
    title: '操作未成功',
    text: '请求被拒绝。请返回应用重新开始。',
  },
  failed: {
    title: '出了点问题',
    text: '这是我们的问题，与您无关。请重试。如果问题反复出现，请寻求帮助并提供下面的请求编号。',
  },
};
