export const error = {
  requestId: 'Request',
  details: 'Technical details',
  back: 'Try again',
  /** By code: the protocol's, and those of a refused form. They win over the statuses below. */
  codes: {
    csrf_token_invalid: {
      title: 'Please try that again',
      text: 'This form was out of date, so nothing was done. Open it again and send it once more.',
    },
    origin_refused: {
      title: 'That request was stopped',
      text: 'It did not come from this site, so nothing was done.',
    },
    invalid_client: {
      title: 'This application is not known here',
      text: 'The application that sent you here is not registered, or is switched off. Tell the people who run it.',
    },
    invalid_redirect_uri: {
      title: 'This application is not set up correctly',
      text: 'It asked to send you to an address that it has not registered, so we stopped. Tell the people who run it.',
    },
    invalid_request: {
      title: 'That request could not be understood',
      text: 'The application or link that brought you here sent something incomplete or wrong. Go back and start again.',
    },
    unauthorized_client: {
      title: 'This application is not allowed to do that',
      text: 'It asked for something that it is not registered for. Tell the people who run it.',
    },
    access_denied: {
      title: 'Access was refused',
      text: 'Nothing was shared. You can go back to the application and start again.',
    },
    temporarily_unavailable: {
      title: 'We can’t answer right now',
      text: 'Something that we need is not answering. Wait a moment, then reload this page.',
    },
  },
  statuses: {
    400: {
      title: 'That request could not be understood',
      text: 'Something in it was incomplete or wrong. Go back and start again.',
    },
    403: { title: 'That is not allowed', text: 'Nothing was done. Go back and start again.' },
    404: {
      title: 'This page does not exist',
      text: 'Check the address, or go back to the application and start again.',
    },
    405: {
      title: 'That is not possible here',
      text: 'This address does not take that kind of request.',
    },
    413: {
      title: 'That was too much',
      text: 'The form holds more than this page accepts. Nothing was done.',
    },
    421: {
      title: 'This site is not here',
      text: 'This server does not answer for the address that you opened.',
    },
    429: {
      title: 'Too many requests',
      text: 'There were too many from your network. Wait a little, then try again.',
    },
    503: {
      title: 'We can’t answer right now',
      text: 'Something that we need is not answering. Wait a moment, then reload this page.',
    },
  },
  refused: {
    title: 'That did not work',
    text: 'The request was refused. Go back to the application and start again.',
  },
  failed: {
    title: 'Something went wrong',
    text: 'It is our fault, not yours. Try again. If it keeps happening, ask for help and quote the request below.',
  },
};
