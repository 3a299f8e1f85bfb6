import type { Config } from '../config/config.ts';
import type { MailProblem } from '../mail/mail-outbox.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type Finding, ok, problem, someOf, warning, wordsOf } from './doctor-findings.ts';
import type { DoctorProbes, MailProbe } from './doctor-probes.ts';

const CHECK = 'mail';

/** What to do about a mail server that does not take our mail. */
const ADVICE: Readonly<Partial<Record<MailProblem, string>>> = {
  unreachable:
    'Check host and port of SMTP_URL, that the server runs, and that this machine may reach it.',
  tls_failed:
    'Use smtps:// for a port with TLS from the start (465) and smtp:// for one with STARTTLS (587). A certificate of your own goes into SMTP_CA.',
  authentication_failed:
    'Check user and password of SMTP_URL; characters such as @ : / are written URL-encoded.',
  deferred: 'The server is busy: try again in a while, or ask the people who run it.',
};

/**
 * Looks at where mail goes: connects to the mail server, or says who would miss one.
 *
 * @param tenants - as far as the database could be read
 */
export async function mailFindings(
  probes: Pick<DoctorProbes, 'lookAtMail'>,
  config: Pick<Config, 'mail'>,
  tenants: readonly Tenant[],
): Promise<Finding[]> {
  if (config.mail.delivery === 'inbox') return [ok(CHECK, 'to the inbox of the playground')];
  if (config.mail.delivery === 'off') return offFindings(tenants);
  let mail: MailProbe | undefined;
  try {
    mail = await probes.lookAtMail();
  } catch (error) {
    return [problem(CHECK, wordsOf(error), 'Check SMTP_URL.')];
  }
  if (mail === undefined) return [];
  const { server, failure } = mail;
  if (failure === undefined) return [ok(CHECK, `${server}, from ${config.mail.from}`)];
  const status = failure.smtpStatus === undefined ? '' : ` (${failure.smtpStatus})`;
  const said = failure.cause === undefined ? '' : `: ${wordsOf(failure.cause)}`;
  const advice = ADVICE[failure.problem] ?? 'Look at the log of the mail server.';
  return [problem(CHECK, `${server}: ${failure.problem}${status}${said}`, advice)];
}

function offFindings(tenants: readonly Tenant[]): Finding[] {
  const needs = tenants.flatMap(({ slug, settings }) => [
    ...(settings.registration === 'open' ? [`tenant ${slug}: registration is open`] : []),
    ...(settings.emailCode ? [`tenant ${slug}: codes sent by e-mail sign in`] : []),
  ]);
  if (needs.length === 0) return [ok(CHECK, 'off: nobody can recover their account by e-mail')];
  const advice = 'Set SMTP_URL and MAIL_FROM, or change the settings: they have no effect so.';
  return [warning(CHECK, `off, and missed by ${someOf(needs, '; ')}`, advice)];
}
