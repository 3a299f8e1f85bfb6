import type { Page } from '../../http/render-page.ts';
import { displayValue } from '../display-value.ts';
import type { PlaygroundMail } from '../inbox.ts';

/** Messages on the page; older ones are of no use in a demo. */
const SHOWN = 50;

/** What `isolate` and `isolateInRtl` put around a name; kept by `split`. */
const ISOLATE = /([\u2068\u2069])/u;

const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** The newest messages. */
export function inboxPage(mails: readonly PlaygroundMail[]): Page {
  return {
    template: 'inbox',
    title: 'Inbox',
    status: 200,
    formTargets: undefined,
    data: {
      heading: 'Inbox',
      mails: mails.slice(0, SHOWN).map((mail) => ({
        ...headOf(mail),
        href: `/inbox?message=${encodeURIComponent(mail.id)}`,
      })),
    },
  };
}

/** One message as text; its code stands out, its links work. */
export function mailPage(mail: PlaygroundMail): Page {
  const head = headOf(mail);
  return {
    template: 'mail',
    title: head.subject,
    status: 200,
    formTargets: undefined,
    data: { ...head, paragraphs: paragraphsOf(mail.text) },
  };
}

function headOf({ to, from, subject, at }: PlaygroundMail) {
  return {
    to: displayValue(to),
    from: displayValue(from),
    subject: displaySubject(subject),
    at: TIME.format(at),
  };
}

/** Our own subjects keep a name apart by isolates, which are to do their work and not to be seen. */
function displaySubject(subject: string): string {
  return subject
    .split(ISOLATE)
    .map((part) => (ISOLATE.test(part) ? part : displayValue(part)))
    .join('');
}

interface Line {
  readonly text: string;
  readonly kind: 'text' | 'code' | 'link';
}

/** As messages are written: links alone on a line, codes indented. */
function paragraphsOf(text: string): Line[][] {
  return text
    .trimEnd()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.split('\n').map(lineOf));
}

function lineOf(line: string): Line {
  if (/^https?:\/\/\S+$/.test(line)) return { text: line, kind: 'link' };
  return line.startsWith('    ')
    ? { text: line.trim(), kind: 'code' }
    : { text: line, kind: 'text' };
}
