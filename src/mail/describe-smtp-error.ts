import type { SendProblem } from './mail-transport.ts';

/** What an attempt ended with, and what that means for the message and for all others. */
export interface SmtpFailure extends SendProblem {
  readonly verdict: 'bounced' | 'failed' | 'deferred';
  /** Every other message would have the same answer now. */
  readonly serverAway: boolean;
}

/** What the library puts on its errors. */
interface SmtpErrorLike extends Error {
  readonly code?: string;
  /** The code of a system error that `code` took the place of. */
  readonly originalCode?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly permanent?: boolean;
}

/** Node's and OpenSSL's codes of a peer that cannot be trusted, or speaks no TLS. */
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_)/;
/** "Service not available, closing transmission channel". RFC 5321, section 3.8 */
const CLOSING = 421;

/**
 * Tells what is wrong with a message from what is wrong with the server.
 *
 * A recipient that is refused for good bounces; a message that is refused for good is given up.
 * Everything else may be mended within a day, a wrong password or sender too, and is tried again.
 */
export function describeSmtpError(error: unknown): SmtpFailure {
  if (!isSmtpError(error)) {
    return { verdict: 'deferred', serverAway: false, problem: 'unknown', cause: error };
  }
  const reply = error.responseCode === undefined ? {} : { smtpStatus: error.responseCode };
  if (error.responseCode === CLOSING) {
    return { verdict: 'deferred', serverAway: true, problem: 'deferred', ...reply };
  }
  switch (error.code) {
    case 'EENVELOPE':
      return { ...envelopeFailure(error), ...reply };
    case 'EMESSAGE':
      return {
        ...(error.permanent === true
          ? { verdict: 'failed', serverAway: false, problem: 'message_refused' }
          : { verdict: 'deferred', serverAway: false, problem: 'deferred' }),
        ...reply,
      };
    case 'EAUTH':
    case 'ENOAUTH':
      return { verdict: 'deferred', serverAway: true, problem: 'authentication_failed', ...reply };
    default: {
      // Without an answer of the server's, whose words may name the person.
      const cause = error.responseCode === undefined ? { cause: error } : {};
      return { verdict: 'deferred', ...connectionFailure(error), ...reply, ...cause };
    }
  }
}

/** MAIL FROM and RCPT TO. */
function envelopeFailure(
  error: SmtpErrorLike,
): Pick<SmtpFailure, 'verdict' | 'serverAway' | 'problem'> {
  if (error.command === 'RCPT TO') {
    return error.permanent === true
      ? { verdict: 'bounced', serverAway: false, problem: 'recipient_refused' }
      : { verdict: 'deferred', serverAway: false, problem: 'deferred' };
  }
  if (error.command === 'MAIL FROM') {
    return error.permanent === true
      ? { verdict: 'deferred', serverAway: true, problem: 'sender_refused' }
      : { verdict: 'deferred', serverAway: false, problem: 'deferred' };
  }
  return error.command === 'API'
    ? { verdict: 'bounced', serverAway: false, problem: 'address_invalid' }
    : { verdict: 'deferred', serverAway: false, problem: 'deferred' };
}

function connectionFailure(error: SmtpErrorLike): Pick<SmtpFailure, 'serverAway' | 'problem'> {
  const codes = [error.code, error.originalCode].filter((code) => code !== undefined);
  if (codes.some((code) => code === 'ETLS' || TLS_CODE.test(code))) {
    return { serverAway: true, problem: 'tls_failed' };
  }
  const unreachable = ['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'EPROTOCOL', 'EABORT'];
  return codes.some((code) => unreachable.includes(code))
    ? { serverAway: true, problem: 'unreachable' }
    : { serverAway: false, problem: 'unknown' };
}

function isSmtpError(error: unknown): error is SmtpErrorLike {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
