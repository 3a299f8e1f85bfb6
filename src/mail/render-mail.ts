import { inkOn, normalizeAccent } from '../http/accent-colour.ts';
import { displayName } from '../languages/display-text.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type Html, html } from './html.ts';
import type { Letter, LetterPart } from './letter.ts';
import type { MailContent } from './mail.ts';
import type { MailMessages } from './messages/en.ts';
import { webAddress } from './web-address.ts';
import { writeLetter } from './write-letter.ts';

/** The accent of the hosted pages of a tenant without one; the same as in `pages.css`. */
const DEFAULT_ACCENT = '2b50c8';
/** Longest name of a sender that mail programs show. */
const MAX_SENDER_CHARACTERS = 64;

/** Names arrive without any: this is the wall behind that one. */
const LINE_BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CODE_FONT = 'ui-monospace,SFMono-Regular,Menlo,Consolas,monospace';

/** Whose message it is. */
export type MailTenant = Pick<Tenant, 'id' | 'name' | 'settings'>;

/** What a message consists of, besides who gets it. */
export interface RenderedMail {
  /** The tenant's name, for the sender. */
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * Writes a message as text and as HTML, with the same words.
 *
 * The HTML has no table, image or script and loads nothing. It names a colour only together with
 * what is behind it, on the button; everything else is left to the mail program, which then turns
 * it dark by itself. Every value in it is escaped, and no header can hold a line break.
 */
export function renderMail(
  messages: MailMessages,
  tenant: MailTenant,
  mail: MailContent & { readonly name?: string },
): RenderedMail {
  const letter = writeLetter(messages, tenant.name, mail);
  return {
    from: displayName(tenant.name, MAX_SENDER_CHARACTERS),
    subject: letter.subject.replace(LINE_BREAKS, ' '),
    text: asText(messages, tenant, letter),
    html: asHtml(messages, tenant, letter).text,
  };
}

function asText(messages: MailMessages, tenant: MailTenant, letter: Letter): string {
  const { heading, greeting, parts } = letter;
  const support = webAddress(tenant.settings.branding.supportUrl);
  const blocks = [
    heading,
    ...(greeting === undefined ? [] : [greeting]),
    ...parts.map(partAsText),
    `-- \n${messages.footer(displayName(tenant.name))}`,
  ];
  const help = support === undefined ? '' : `\n${messages.help}: ${support}`;
  return `${blocks.join('\n\n')}${help}\n`;
}

function partAsText(part: LetterPart): string {
  if ('text' in part) return part.text;
  if ('code' in part) return `    ${part.code}`;
  if ('facts' in part) return part.facts.map(([name, value]) => `${name}: ${value}`).join('\n');
  const { label, href } = 'action' in part ? part.action : part.link;
  return `${label}:\n${href}`;
}

function asHtml(messages: MailMessages, tenant: MailTenant, letter: Letter): Html {
  const { lang, dir } = messages;
  const { branding } = tenant.settings;
  const accent = `#${normalizeAccent(branding.accentColor) ?? DEFAULT_ACCENT}`;
  const support = webAddress(branding.supportUrl);
  const site = displayName(tenant.name);
  const greeting = letter.greeting === undefined ? html`` : html`<p>${letter.greeting}</p>\n`;
  const help = support === undefined ? html`` : html` <a href="${support}">${messages.help}</a>`;
  return html`<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${letter.subject}</title>
</head>
<body style="margin:0;padding:0">
<div role="article" aria-label="${letter.subject}" lang="${lang}" dir="${dir}" style="max-width:34em;margin:0 auto;padding:24px 16px;${FONT};font-size:16px;line-height:1.5;overflow-wrap:break-word">
<p style="margin:0 0 24px;padding-top:12px;border-top:4px solid ${accent};font-weight:600"><bdi>${site}</bdi></p>
<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25">${letter.heading}</h1>
${greeting}${letter.parts.map((part) => partAsHtml(messages, accent, part))}<hr style="margin:32px 0 16px;border:0;border-top:1px solid #8a8f9c">
<p style="margin:0;font-size:14px">${messages.footer(site)}${help}</p>
</div>
</body>
</html>
`;
}

function partAsHtml(messages: MailMessages, accent: string, part: LetterPart): Html {
  if ('text' in part) return html`<p>${part.text}</p>\n`;
  if ('code' in part) {
    return html`<p dir="ltr" style="margin:24px 0;font-family:${CODE_FONT};font-size:32px;line-height:1.2;font-weight:700;letter-spacing:0.12em">${part.code}</p>\n`;
  }
  if ('facts' in part) {
    const rows = part.facts.map(
      ([name, value]) => html`<dt style="font-weight:600">${name}</dt>
<dd style="margin:0 0 8px"><bdi>${value}</bdi></dd>\n`,
    );
    return html`<dl style="margin:24px 0">\n${rows}</dl>\n`;
  }
  if ('link' in part) return html`<p><a href="${part.link.href}">${part.link.label}</a></p>\n`;
  const { label, href } = part.action;
  return html`<p style="margin:24px 0"><a href="${href}" style="display:inline-block;padding:12px 20px;border-radius:8px;background-color:${accent};color:${inkOn(accent)};font-weight:600;text-decoration:none">${label}</a></p>
<p style="font-size:14px">${messages.buttonFails}<br><a href="${href}" dir="ltr">${href}</a></p>\n`;
}
